// A real server to test against: the one named by the environment, or one started here, with an
// empty data folder, from the program in BARTIZAN_BINARY.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const TOP = fileURLToPath(new URL("../../..", import.meta.url));
const PHONES = fileURLToPath(new URL("phones", import.meta.url));
const BINARY = process.env.BARTIZAN_BINARY ?? join(TOP, "build/debug/bartizan");
const APPS = join(TOP, "build/demo-apps");
const DIST = join(TOP, "console/dist");

export interface Installation {
  url: string;
  login: string;
  password: string;
  // Plays a scenario of phones/ to its end as the phone this address is for; only for a server
  // started here.
  play?: (address: string, scenario: string) => Promise<void>;
  // The path of a demo app; absent when they are not built.
  app?: (name: string) => string;
  stop: () => Promise<void>;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

const app = existsSync(APPS) ? (name: string) => join(APPS, `${name}.apk`) : undefined;

export async function installation(): Promise<Installation> {
  const { BARTIZAN_URL, BARTIZAN_LOGIN, BARTIZAN_PASSWORD } = process.env;
  if (BARTIZAN_URL) {
    return {
      url: BARTIZAN_URL,
      login: BARTIZAN_LOGIN ?? "admin",
      password: BARTIZAN_PASSWORD ?? "",
      app,
      stop: async () => {},
    };
  }
  const folder = mkdtempSync(join(tmpdir(), "bartizan-console-"));
  const [people, phones, enrolment] = await freePorts(3);
  const server: ChildProcess = spawn(
    BINARY,
    [
      "serve", "--data", join(folder, "data"), "--console", DIST,
      "--listen", `127.0.0.1:${people}`,
      "--device-listen", `127.0.0.1:${phones}`,
      "--enrol-listen", `127.0.0.1:${enrolment}`,
    ],
    { cwd: TOP, stdio: ["ignore", "pipe", "ignore"] },
  );
  const ready = await new Promise<{ console: string; first_login: { name: string; password: string } }>(
    (done, fail) => {
      server.on("exit", (code) => fail(new Error(`the server ended with ${code} before it was ready`)));
      server.on("error", fail);
      createInterface({ input: server.stdout! }).once("line", (line) => done(JSON.parse(line)));
    },
  );
  let number = 0;
  return {
    url: ready.console,
    login: ready.first_login.name,
    password: ready.first_login.password,
    app,
    play: async (address, scenario) => {
      await promisify(execFile)(
        BINARY,
        [
          "agent", "--server", address, "--once", "--speed", "100",
          "--scenario", join(PHONES, `${scenario}.scenario`),
          "--data", join(folder, `phone-${number++}`),
        ],
        { cwd: TOP, timeout: 120_000 },
      ).catch((error: { code?: number; stdout?: string; stderr?: string }) => {
        throw new Error(`agent: exit ${error.code}\n${error.stdout}\n${error.stderr}`);
      });
    },
    stop: async () => {
      server.removeAllListeners("exit");
      const ended = new Promise((done) => server.once("exit", done));
      if (server.exitCode === null) {
        server.kill("SIGTERM");
        const late = setTimeout(() => server.kill("SIGKILL"), 30_000);
        await ended;
        clearTimeout(late);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// RFC 6238: SHA-1, 30 seconds, six digits.
export function totp(secret: string, at = Date.now()): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of secret.replace(/[^A-Z2-7]/g, "")) {
    bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  }
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(step).digest();
  const value = digest.readUInt32BE(digest[19]! & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, "0");
}
