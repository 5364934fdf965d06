// The server behind a real nginx.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { freePort, startProcess, startRelay, startServer } from './server.mjs';
import { assert006 } from './tokens.mjs';

const timeout = 60_000;
const TOKEN_PATH = '/access_token?channel=test&uid=1234';

let server;
let relay; // between nginx and the server
let nginx;

before(
  async () => {
    server = await startServer();
    relay = await startRelay(server.port);
    nginx = await startNginx(relay.port);
  },
  { timeout },
);

after(
  async () => {
    await nginx?.stop();
    await relay?.stop();
    await server?.stop();
  },
  { timeout },
);

async function startNginx(upstreamPort) {
  const prefix = await mkdtemp(path.join(tmpdir(), 'agora-token-server-nginx-'));
  const [keepAlivePort, plainPort] = [await freePort(), await freePort()];
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  for (const name of temporary) await mkdir(path.join(prefix, name));
  const config = path.join(prefix, 'nginx.conf');
  await writeFile(
    config,
    `
${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
error_log stderr warn;
pid nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${name};`).join(' ')}
  upstream tokens { server 127.0.0.1:${upstreamPort}; keepalive 16; }
  server {
    listen 127.0.0.1:${keepAlivePort};
    location / {
      proxy_pass http://tokens;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
    }
  }
  # As nginx is without settings: HTTP/1.0, a connection for each request.
  server {
    listen 127.0.0.1:${plainPort};
    location / { proxy_pass http://127.0.0.1:${upstreamPort}; }
  }
}
`,
  );
  const url = `http://127.0.0.1:${keepAlivePort}`;
  const started = await startProcess(
    process.env.NGINX ?? '/usr/sbin/nginx',
    ['-e', 'stderr', '-p', prefix, '-c', config],
    { PATH: process.env.PATH },
    () => fetch(`${url}/ping`).then((response) => response.ok, () => false),
  );
  return {
    url,
    plainUrl: `http://127.0.0.1:${plainPort}`,
    async stop() {
      assert.deepEqual(await started.stop('SIGQUIT'), { code: 0, signal: null }, started.output());
      await rm(prefix, { recursive: true });
      assert.equal(started.output(), '', 'nginx had something to complain of');
    },
  };
}

function request(url, { body, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(url, { timeout: 10_000, ...options }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('time-out')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('hundreds of requests share few connections', { timeout }, async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const connectionsBefore = relay.connections.length;
  const answers = await Promise.all(
    Array.from({ length: 600 }, () => request(nginx.url + TOKEN_PATH, { agent })),
  );
  agent.destroy();
  for (const { status, body } of answers) {
    assert.equal(status, 200);
    assert006(JSON.parse(body).token, 'test', '1234');
  }
  const opened = relay.connections.length - connectionsBefore;
  assert.ok(opened <= 16, `${opened} connections from nginx to the server`);
});

test('forwarded headers, spoofed ones too, change nothing', { timeout }, async () => {
  const spoofed = {
    'X-Forwarded-For': '203.0.113.9, unknown',
    'X-Forwarded-Proto': 'gopher',
    'X-Forwarded-Host': 'evil.example.com',
    'X-Real-IP': '203.0.113.9',
    Forwarded: 'for=203.0.113.9;proto=https;host=evil.example.com',
  };
  const answer = await request(nginx.url + TOKEN_PATH, { headers: spoofed });
  assert.equal(answer.status, 200);
  assert006(JSON.parse(answer.body).token, 'test', '1234');
  assert.doesNotMatch(JSON.stringify(answer.headers), /evil|203\.0\.113\.9|gopher/);
  const { headers } = relay.requests().find(({ headers }) => headers.forwarded);
  assert.equal(headers['x-forwarded-for'], '203.0.113.9, unknown, 127.0.0.1');
  assert.equal(headers['x-real-ip'], '127.0.0.1');
});

test('HEAD answers as GET does, without the body', { timeout }, async () => {
  const get = await request(nginx.url + TOKEN_PATH);
  const head = await request(nginx.url + TOKEN_PATH, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.body, '');
  assert.equal(head.headers['content-length'], get.headers['content-length']);
  assert.equal(head.headers['content-type'], get.headers['content-type']);
});

test('an unknown path is a 404 in JSON', { timeout }, async () => {
  const { status, headers, body } = await request(`${nginx.url}/no-such-path`);
  assert.equal(status, 404);
  assert.match(headers['content-type'], /^application\/json/);
  assert.equal(typeof JSON.parse(body).error, 'string');
});

test('a wrong method is a 405 that names the right ones', { timeout }, async () => {
  const { status, headers } = await request(nginx.url + TOKEN_PATH, { method: 'DELETE' });
  assert.equal(status, 405);
  const allowed = headers.allow.split(',').map((method) => method.trim());
  assert.ok(allowed.includes('GET') && allowed.includes('HEAD'), headers.allow);
});

test('a preflight passes through', { timeout }, async () => {
  const { status, headers } = await request(nginx.url + TOKEN_PATH, {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://app.example.com',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'content-type,authorization',
    },
  });
  assert.ok(status === 200 || status === 204, `status ${status}`);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.match(headers['access-control-allow-methods'], /\bGET\b/);
  assert.match(headers['access-control-allow-headers'].toLowerCase(), /content-type/);
  assert.match(headers['access-control-allow-headers'].toLowerCase(), /authorization/);
});

test('the body of a GET is not read as parameters', { timeout }, async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ channel: 'other', channelName: 'other', uid: 99 });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
  for (let i = 0; i < 3; i++) {
    const answer = await request(nginx.url + TOKEN_PATH, { agent, headers, body });
    assert.equal(answer.status, 200);
    assert006(JSON.parse(answer.body).token, 'test', '1234');
  }
  agent.destroy();
});

test('nginx without any settings, which speaks HTTP/1.0, gets tokens too', { timeout }, async () => {
  const connectionsBefore = relay.connections.length;
  for (let i = 0; i < 3; i++) {
    const answer = await request(nginx.plainUrl + TOKEN_PATH);
    assert.equal(answer.status, 200);
    assert006(JSON.parse(answer.body).token, 'test', '1234');
  }
  const upstream = relay.connections.slice(connectionsBefore);
  assert.equal(upstream.length, 3);
  for (const text of upstream) assert.match(text, /^GET \S+ HTTP\/1\.0\r\n/);
});
