// The real server with the demonstration's data: what `cargo xtask demo --once` left in LACHAN_DEMO.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const { LACHAN_PROGRAMS, LACHAN_DEMO } = process.env;
if (!LACHAN_PROGRAMS || !LACHAN_DEMO) {
  throw new Error("these tests are run by `cargo xtask test`, or by `cargo xtask web --test`");
}

/** A text of the demonstration's certificates: `national` or `eu-dcc`. */
export const certificate = (profile) => readFileSync(join(LACHAN_DEMO, "certificates", `${profile}.txt`), "utf8").trim();
/** The QR symbol of that certificate, as our issuer draws it. */
export const symbol = (profile) => readFileSync(join(LACHAN_DEMO, "certificates", `${profile}-qr.svg`), "utf8");
export const picture = (profile) => join(LACHAN_DEMO, "certificates", `${profile}-qr.png`);

export async function start() {
  const port = await freePort();
  const [data, keys] = [join(LACHAN_DEMO, "campaign"), join(LACHAN_DEMO, "keys")];
  const program = spawn(
    join(LACHAN_PROGRAMS, "campaign"),
    ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, "--issuer-keys", keys]
      .concat(["--issuer-passphrase-file", join(keys, "passphrase"), "--exit-with-parent"]),
    { stdio: ["pipe", "ignore", "ignore"] },
  );
  const ended = new Promise((resolve) => program.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${url}/api/trust-list`).catch(() => undefined);
    if (answer?.ok) break;
    if (tries > 300 || program.exitCode !== null) throw new Error("the campaign does not answer");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const stop = async () => {
    program.stdin.end();
    program.kill("SIGTERM");
    await ended;
  };
  return { url, app: `${url}/verify/`, stop };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
