// Sends an app package. XMLHttpRequest, because fetch tells nothing of how much has gone out.
import { ApiError, csrfHeader, refusal } from "./client";

export const MAX_APP_BYTES = 512 * 1024 * 1024; // of the server, docs/api.md

export interface Upload {
  sha256: Promise<string>; // of the app the report is of; rejects with ApiError
  cancel: () => void; // it then stays pending
}

// `installer`: undefined when nobody knows, empty when no package installed it. `progress` is called
// with what has been sent, and with `size` once all has.
export function uploadApp(file: File, installer: string | undefined, progress: (sent: number) => void): Upload {
  const request = new XMLHttpRequest();
  const sha256 = new Promise<string>((done, fail) => {
    const query = installer === undefined ? "" : `?installer=${encodeURIComponent(installer)}`;
    request.open("POST", `/v1/apps${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    for (const [name, value] of csrfHeader()) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded);
    request.upload.onload = () => progress(file.size);
    request.onerror = () => fail(new ApiError(0, "unreachable", ""));
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status < 200 || request.status > 299) {
        return fail(refusal(request.status, answer, request.statusText));
      }
      const digest = (answer as { sha256?: unknown } | null)?.sha256;
      if (typeof digest === "string") done(digest);
      else fail(new ApiError(request.status, "odd_answer", ""));
    };
    request.send(file);
  });
  return { sha256, cancel: () => request.abort() };
}
