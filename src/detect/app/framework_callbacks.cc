#include "detect/app/framework_callbacks.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace bartizan::detect {
namespace {

// Types of the Android API (developer.android.com/reference) whose overridable methods all begin
// with "on" or are in kNames.
constexpr std::string_view kNamedTypes[] = {
    "Landroid/accessibilityservice/AccessibilityService;",
    "Landroid/app/Activity;",
    "Landroid/app/Application;",
    "Landroid/app/IntentService;",
    "Landroid/app/ListActivity;",
    "Landroid/app/Service;",
    "Landroid/app/admin/DeviceAdminReceiver;",
    "Landroid/app/job/JobService;",
    "Landroid/appwidget/AppWidgetProvider;",
    "Landroid/content/BroadcastReceiver;",
    "Landroid/content/ContentProvider;",
    "Landroid/content/DialogInterface$OnClickListener;",
    "Landroid/content/ServiceConnection;",
    "Landroid/database/ContentObserver;",
    "Landroid/database/sqlite/SQLiteOpenHelper;",
    "Landroid/inputmethodservice/InputMethodService;",
    "Landroid/location/LocationListener;",
    "Landroid/net/VpnService;",
    "Landroid/os/AsyncTask;",
    "Landroid/os/Binder;",
    "Landroid/os/CountDownTimer;",
    "Landroid/os/Handler$Callback;",
    "Landroid/os/Handler;",
    "Landroid/os/IInterface;",
    "Landroid/os/Parcelable$Creator;",
    "Landroid/os/Parcelable;",
    "Landroid/service/notification/NotificationListenerService;",
    "Landroid/telephony/PhoneStateListener;",
    "Landroid/webkit/WebChromeClient;",
    "Landroid/webkit/WebViewClient;",
    "Ljava/io/Closeable;",
    "Ljava/io/Serializable;",
    "Ljava/lang/AutoCloseable;",
    "Ljava/lang/Cloneable;",
    "Ljava/lang/Comparable;",
    "Ljava/lang/Enum;",
    "Ljava/lang/Error;",
    "Ljava/lang/Exception;",
    "Ljava/lang/IllegalArgumentException;",
    "Ljava/lang/IllegalStateException;",
    "Ljava/lang/Runnable;",
    "Ljava/lang/RuntimeException;",
    "Ljava/lang/Thread$UncaughtExceptionHandler;",
    "Ljava/lang/Thread;",
    "Ljava/lang/Throwable;",
    "Ljava/lang/annotation/Annotation;",
    "Ljava/lang/reflect/InvocationHandler;",
    "Ljava/util/Comparator;",
    "Ljava/util/TimerTask;",
    "Ljava/util/concurrent/Callable;",
};

// Overridable methods of those types that do not begin with "on".
constexpr std::string_view kNames[] = {
    "addContentView",
    "applyBatch",
    "applyOverrideConfiguration",
    "asBinder",
    "attachBaseContext",
    "attachInfo",
    "bindService",
    "bulkInsert",
    "call",
    "cancel",
    "canonicalize",
    "checkCallingPermission",
    "checkPermission",
    "checkSelfPermission",
    "clone",
    "close",
    "closeContextMenu",
    "closeOptionsMenu",
    "compare",
    "compareTo",
    "createConfigurationContext",
    "createContext",
    "createFromParcel",
    "createPackageContext",
    "delete",
    "deleteDatabase",
    "deleteFile",
    "deliverSelfNotifications",
    "describeContents",
    "dispatchGenericMotionEvent",
    "dispatchKeyEvent",
    "dispatchKeyShortcutEvent",
    "dispatchMessage",
    "dispatchPopulateAccessibilityEvent",
    "dispatchTouchEvent",
    "dispatchTrackballEvent",
    "doInBackground",
    "dump",
    "dumpAsync",
    "equals",
    "fileList",
    "fillInStackTrace",
    "finalize",
    "finish",
    "finishActivity",
    "finishAffinity",
    "getApplicationContext",
    "getApplicationInfo",
    "getAssets",
    "getBaseContext",
    "getCacheDir",
    "getCause",
    "getClassLoader",
    "getContentResolver",
    "getContextClassLoader",
    "getCurrentFocus",
    "getDatabasePath",
    "getDefaultVideoPoster",
    "getDir",
    "getExternalCacheDir",
    "getExternalFilesDir",
    "getFilesDir",
    "getId",
    "getIntent",
    "getInterfaceDescriptor",
    "getLayoutInflater",
    "getLocalizedMessage",
    "getMainLooper",
    "getManager",
    "getMenuInflater",
    "getMessage",
    "getMessageName",
    "getPackageCodePath",
    "getPackageManager",
    "getPackageName",
    "getPackageResourcePath",
    "getParentActivityIntent",
    "getReadableDatabase",
    "getResources",
    "getSharedPreferences",
    "getStackTrace",
    "getState",
    "getStreamTypes",
    "getSystemService",
    "getTheme",
    "getType",
    "getUncaughtExceptionHandler",
    "getVideoLoadingProgressView",
    "getVisitedHistory",
    "getWindow",
    "getWindowManager",
    "getWritableDatabase",
    "handleMessage",
    "hashCode",
    "initCause",
    "insert",
    "interrupt",
    "invalidateOptionsMenu",
    "invoke",
    "isBinderAlive",
    "isChangingConfigurations",
    "isDestroyed",
    "isFinishing",
    "isInterrupted",
    "isRestricted",
    "isTemporary",
    "linkToDeath",
    "moveTaskToBack",
    "navigateUpTo",
    "newArray",
    "openAssetFile",
    "openContextMenu",
    "openFile",
    "openFileInput",
    "openFileOutput",
    "openOptionsMenu",
    "openOrCreateDatabase",
    "openTypedAssetFile",
    "peekService",
    "pingBinder",
    "printStackTrace",
    "query",
    "queryLocalInterface",
    "recreate",
    "refresh",
    "registerReceiver",
    "run",
    "scheduledExecutionTime",
    "sendBroadcast",
    "sendMessageAtTime",
    "sendOrderedBroadcast",
    "setContentView",
    "setIntent",
    "setRequestedOrientation",
    "setStackTrace",
    "setTheme",
    "setTitle",
    "setVisible",
    "shouldInterceptRequest",
    "shouldOverrideKeyEvent",
    "shouldOverrideUrlLoading",
    "shouldUpRecreateTask",
    "showDialog",
    "shutdown",
    "start",
    "startActivities",
    "startActivity",
    "startActivityForResult",
    "startActivityFromFragment",
    "startForegroundService",
    "startIntentSender",
    "startIntentSenderForResult",
    "startService",
    "stopService",
    "supportsPredictiveBack",
    "toString",
    "transact",
    "uncaughtException",
    "uncanonicalize",
    "unbindService",
    "unlinkToDeath",
    "unregisterReceiver",
    "update",
    "writeToParcel",
};

constexpr std::string_view kObjectNames[] = {
    "clone", "compareTo", "equals", "finalize", "hashCode", "toString",
};

template <std::size_t N>
constexpr std::array<std::string_view, N> sorted(const std::string_view (&table)[N]) {
  std::array<std::string_view, N> out = std::to_array(table);
  std::sort(out.begin(), out.end());
  return out;
}

constexpr auto kSortedTypes = sorted(kNamedTypes);
constexpr auto kSortedNames = sorted(kNames);

template <typename Table>
bool contains(const Table& table, std::string_view text) {
  return std::binary_search(std::begin(table), std::end(table), text);
}

// "Landroid/view/View$OnClickListener;": each method of such an interface begins with "on".
bool is_on_listener(std::string_view descriptor) {
  if (!descriptor.starts_with("Landroid/") || !descriptor.ends_with("Listener;")) return false;
  const std::size_t at = descriptor.find_last_of("/$");
  return descriptor.substr(at + 1).starts_with("On");
}

}  // namespace

CallbackScope callback_scope(std::string_view descriptor) {
  if (descriptor.empty() || descriptor == "Ljava/lang/Object;") return CallbackScope::kObject;
  if (contains(kSortedTypes, descriptor) || is_on_listener(descriptor))
    return CallbackScope::kNamed;
  return CallbackScope::kAny;
}

bool is_object_method(std::string_view name) { return contains(kObjectNames, name); }

bool is_callback_name(std::string_view name) {
  const bool is_on = name.size() > 2 && name.starts_with("on") && name[2] >= 'A' && name[2] <= 'Z';
  return is_on || contains(kSortedNames, name);
}

bool is_made_by_resources(std::string_view descriptor) {
  constexpr std::string_view kPrefixes[] = {
      "Landroid/view/",
      "Landroid/widget/",
      "Landroid/webkit/WebView;",
      "Landroid/app/Fragment;",
      "Landroid/app/ListFragment;",
      "Landroid/app/DialogFragment;",
      "Landroid/preference/",
      "Landroid/transition/",
      "Landroid/inputmethodservice/KeyboardView;",
      "Landroid/opengl/GLSurfaceView;",
      "Landroidx/fragment/app/Fragment;",
      "Landroid/support/v4/app/Fragment;",
      "Landroidx/preference/Preference;",
      "Landroid/support/v7/preference/Preference;",
  };
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return descriptor.starts_with(prefix); });
}

}  // namespace bartizan::detect
