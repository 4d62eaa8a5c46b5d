// Numbers of android.R.attr that the meaning of a manifest, or of its icon, depends on
// (frameworks/base core/res/res/values/public.xml). They never change.
#pragma once

#include <cstdint>
#include <string_view>

namespace bartizan::parse::attribute {

inline constexpr std::uint32_t kLabel = 0x01010001;
inline constexpr std::uint32_t kIcon = 0x01010002;
inline constexpr std::uint32_t kName = 0x01010003;
inline constexpr std::uint32_t kPermission = 0x01010006;
inline constexpr std::uint32_t kReadPermission = 0x01010007;
inline constexpr std::uint32_t kWritePermission = 0x01010008;
inline constexpr std::uint32_t kProtectionLevel = 0x01010009;
inline constexpr std::uint32_t kPermissionGroup = 0x0101000a;
inline constexpr std::uint32_t kSharedUserId = 0x0101000b;
inline constexpr std::uint32_t kHasCode = 0x0101000c;
inline constexpr std::uint32_t kPersistent = 0x0101000d;
inline constexpr std::uint32_t kEnabled = 0x0101000e;
inline constexpr std::uint32_t kDebuggable = 0x0101000f;
inline constexpr std::uint32_t kExported = 0x01010010;
inline constexpr std::uint32_t kProcess = 0x01010011;
inline constexpr std::uint32_t kExcludeFromRecents = 0x01010017;
inline constexpr std::uint32_t kAuthorities = 0x01010018;
inline constexpr std::uint32_t kGrantUriPermissions = 0x0101001b;
inline constexpr std::uint32_t kPriority = 0x0101001c;
inline constexpr std::uint32_t kTargetPackage = 0x01010021;
inline constexpr std::uint32_t kValue = 0x01010024;
inline constexpr std::uint32_t kResource = 0x01010025;
inline constexpr std::uint32_t kMimeType = 0x01010026;
inline constexpr std::uint32_t kScheme = 0x01010027;
inline constexpr std::uint32_t kHost = 0x01010028;
inline constexpr std::uint32_t kPort = 0x01010029;
inline constexpr std::uint32_t kPath = 0x0101002a;
inline constexpr std::uint32_t kPathPrefix = 0x0101002b;
inline constexpr std::uint32_t kPathPattern = 0x0101002c;
inline constexpr std::uint32_t kSrc = 0x01010119;
inline constexpr std::uint32_t kDrawable = 0x01010199;
inline constexpr std::uint32_t kTargetActivity = 0x01010202;
inline constexpr std::uint32_t kMinSdkVersion = 0x0101020c;
inline constexpr std::uint32_t kVersionCode = 0x0101021b;
inline constexpr std::uint32_t kVersionName = 0x0101021c;
inline constexpr std::uint32_t kTargetSdkVersion = 0x01010270;
inline constexpr std::uint32_t kTestOnly = 0x01010272;
inline constexpr std::uint32_t kBackupAgent = 0x0101027f;
inline constexpr std::uint32_t kAllowBackup = 0x01010280;
inline constexpr std::uint32_t kRequired = 0x0101028e;
inline constexpr std::uint32_t kIsolatedProcess = 0x010103a9;
inline constexpr std::uint32_t kUsesCleartextTraffic = 0x010104ec;
inline constexpr std::uint32_t kAutoVerify = 0x010104ee;
inline constexpr std::uint32_t kNetworkSecurityConfig = 0x01010527;
inline constexpr std::uint32_t kRoundIcon = 0x0101052c;
inline constexpr std::uint32_t kTargetSandboxVersion = 0x0101054c;
inline constexpr std::uint32_t kVersionCodeMajor = 0x01010576;
inline constexpr std::uint32_t kAppComponentFactory = 0x0101057a;
inline constexpr std::uint32_t kForegroundServiceType = 0x01010599;
inline constexpr std::uint32_t kRequestLegacyExternalStorage = 0x01010603;

struct Known {
  std::uint32_t id;
  std::string_view name;
};
// In order of their ids.
inline constexpr Known kKnown[] = {
    {kLabel, "label"},
    {kIcon, "icon"},
    {kName, "name"},
    {kPermission, "permission"},
    {kReadPermission, "readPermission"},
    {kWritePermission, "writePermission"},
    {kProtectionLevel, "protectionLevel"},
    {kPermissionGroup, "permissionGroup"},
    {kSharedUserId, "sharedUserId"},
    {kHasCode, "hasCode"},
    {kPersistent, "persistent"},
    {kEnabled, "enabled"},
    {kDebuggable, "debuggable"},
    {kExported, "exported"},
    {kProcess, "process"},
    {kExcludeFromRecents, "excludeFromRecents"},
    {kAuthorities, "authorities"},
    {kGrantUriPermissions, "grantUriPermissions"},
    {kPriority, "priority"},
    {kTargetPackage, "targetPackage"},
    {kValue, "value"},
    {kResource, "resource"},
    {kMimeType, "mimeType"},
    {kScheme, "scheme"},
    {kHost, "host"},
    {kPort, "port"},
    {kPath, "path"},
    {kPathPrefix, "pathPrefix"},
    {kPathPattern, "pathPattern"},
    {kTargetActivity, "targetActivity"},
    {kMinSdkVersion, "minSdkVersion"},
    {kVersionCode, "versionCode"},
    {kVersionName, "versionName"},
    {kTargetSdkVersion, "targetSdkVersion"},
    {kTestOnly, "testOnly"},
    {kAllowBackup, "allowBackup"},
    {kRequired, "required"},
    {kIsolatedProcess, "isolatedProcess"},
    {kUsesCleartextTraffic, "usesCleartextTraffic"},
    {kAutoVerify, "autoVerify"},
    {kNetworkSecurityConfig, "networkSecurityConfig"},
    {kRoundIcon, "roundIcon"},
    {kTargetSandboxVersion, "targetSandboxVersion"},
    {kVersionCodeMajor, "versionCodeMajor"},
    {kBackupAgent, "backupAgent"},
    {kAppComponentFactory, "appComponentFactory"},
    {kForegroundServiceType, "foregroundServiceType"},
    {kRequestLegacyExternalStorage, "requestLegacyExternalStorage"},
};

}  // namespace bartizan::parse::attribute
