// Starts the server for a test on a free port and stops it again.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

export const APP_ID = '970CA35de60c44645bbae8a215061b33';
export const APP_CERTIFICATE = '5CFd2fd1755d40ecb72977518be15d3b';

export const BINARY =
  process.env.AGORA_TOKEN_SERVER_BIN ??
  fileURLToPath(new URL('../../target/debug/agora-token-server', import.meta.url));

// Nothing outlives the tests, even where they are ended before they could stop it.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** A TCP port on 127.0.0.1 that nobody listens on. */
export async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Calls `attempt` until it answers something true; throws `what` after `seconds`. */
export async function until(what, attempt, seconds = 15) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const answer = await attempt();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

/**
 * Starts a program and waits until `ready()` answers true. `stop(signal)` ends that process alone, by its id, and
 * answers `{ code, signal }`; `output()` is what it has printed so far.
 */
export async function startProcess(file, args, env, ready) {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let end;
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  child.on('error', (error) => (end = { error }));
  // 'close' rather than 'exit': by then the output is complete.
  child.on('close', (code, signal) => {
    end ??= { code, signal };
    running.delete(child);
  });
  running.add(child);

  const stop = async (signal) => {
    child.kill(signal);
    try {
      return await until(`${file} ends after ${signal}`, () => end);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  };

  try {
    await until(`${file} is ready`, () => {
      if (end) throw new Error(`${file} ended early`, { cause: end });
      return ready();
    });
  } catch (error) {
    if (!end) await stop('SIGKILL');
    error.message += `\n${output}`;
    throw error;
  }
  return { stop, output: () => output };
}

/** Starts the server with these settings; nothing of the caller's environment reaches it. */
export async function startServer(settings = {}, args = []) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const project = args.includes('--demo') ? {} : { APP_ID, APP_CERTIFICATE };
  const env = { ...project, HOST: '127.0.0.1', PORT: String(port), ...settings };
  const server = await startProcess(BINARY, args, env, () =>
    fetch(`${url}/healthz`).then((response) => response.ok, () => false),
  );
  return {
    url,
    port,
    output: server.output,
    /** Asks the server to end: it does so by itself and well, and has not logged the certificate. */
    async stop() {
      assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null }, server.output());
      assert.ok(!server.output().includes(APP_CERTIFICATE), 'the certificate stands in the log');
    },
  };
}

/**
 * Passes bytes on to a port unchanged and keeps what clients send: `connections` holds the text of each, and
 * `requests()` the request heads in it, each as `{ method, target, headers }`.
 */
export async function startRelay(toPort) {
  const connections = [];
  const sockets = new Set();
  const relay = net.createServer((client) => {
    const index = connections.push('') - 1;
    const server = net.connect(toPort, '127.0.0.1');
    client.on('data', (chunk) => (connections[index] += chunk.toString('latin1')));
    client.pipe(server).pipe(client);
    for (const [socket, other] of [[client, server], [server, client]]) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections,
    requests: () => connections.flatMap(requestHeads),
    async stop() {
      for (const socket of sockets) socket.destroy();
      relay.close();
      await once(relay, 'close');
    },
  };
}

function requestHeads(text) {
  const heads = text.matchAll(/([A-Z]+) (\S+) HTTP\/1\.[01]\r\n((?:[^\r\n]+\r\n)*)\r\n/g);
  return Array.from(heads, ([, method, target, lines]) => ({
    method,
    target,
    headers: Object.fromEntries(
      lines.split('\r\n').filter(Boolean).map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ),
  }));
}
