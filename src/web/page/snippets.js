// A request for a token, written for each platform. Every value is a literal of the language it stands in.

/** Characters that nobody sees, or that turn text around, are written as escapes. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const utf16 = (text) =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
const braced = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;

const quoted = (special, unseen, quote = '"') => (text) =>
  quote + text.replace(special, (found) => `\\${found}`).replace(UNSEEN, unseen) + quote;

/** A text in each language. */
export const TEXT = {
  // Its JSON has no unseen characters, and a shell's single quotes keep all others.
  curl: (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`,
  // `<` is escaped because a script in a page ends at `</script`.
  javascript: (text) => quoted(/["\\]/g, utf16)(text).replaceAll('<', String.raw`\u003c`),
  kotlin: quoted(/["\\$]/g, utf16),
  swift: quoted(/["\\]/g, braced),
  dart: quoted(/['\\$]/g, braced, "'"),
  csharp: quoted(/["\\]/g, utf16),
};

/** A value of JSON in a language: `list` and `map` say how several are written there. */
const literal = (text, { list, map }) =>
  function write(value, indent = '') {
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object') return String(value);
    const deeper = `${indent}  `;
    if (Array.isArray(value)) return list(value.map((entry) => write(entry, indent)));
    return map(
      Object.entries(value).map(([name, entry]) => [name, write(entry, deeper)]),
      deeper,
      indent,
    );
  };

const lines = (open, entries, close, deeper, indent) =>
  `${open}\n${entries.map((entry) => `${deeper}${entry},\n`).join('')}${indent}${close}`;

const LITERAL = {
  javascript: literal(TEXT.javascript, {
    list: (entries) => `[${entries.join(', ')}]`,
    map: (entries, ...at) => lines('{', entries.map(([name, value]) => `${name}: ${value}`), '}', ...at),
  }),
  kotlin: literal(TEXT.kotlin, {
    list: (entries) => `listOf(${entries.join(', ')})`,
    map: (entries, ...at) => lines('mapOf(', entries.map(([name, value]) => `"${name}" to ${value}`), ')', ...at),
  }),
  swift: literal(TEXT.swift, {
    list: (entries) => `[${entries.join(', ')}]`,
    map: (entries, ...at) => lines('[', entries.map(([name, value]) => `"${name}": ${value}`), '] as [String: Any]', ...at),
  }),
  dart: literal(TEXT.dart, {
    list: (entries) => `[${entries.join(', ')}]`,
    map: (entries, ...at) => lines('{', entries.map(([name, value]) => `'${name}': ${value}`), '}', ...at),
  }),
  csharp: literal(TEXT.csharp, {
    list: (entries) => `new[] { ${entries.join(', ')} }`,
    map: (entries, ...at) => lines('new {', entries.map(([name, value]) => `${name} = ${value}`), '}', ...at),
  }),
};

const compact = (value) => JSON.stringify(value).replace(UNSEEN, utf16);

/** The channel and user of a request for voice and video, for which the SDK's next call is shown. */
function joining(body) {
  const [service] = body.services;
  if (!['rtc', 'rtc_with_rtm', 'convo_ai_with_rtc', 'stt_with_rtc'].includes(service.service)) return undefined;
  const { channel, uid = 0, account } = service;
  return { channel, uid, account };
}

/** Lines of comment that say what comes next, if the token is for a channel. */
const next = (body, text, withUid, withAccount, renewal) => {
  const join = joining(body);
  if (!join) return '';
  const channel = text(join.channel);
  const call = join.account === undefined ? withUid(channel, join.uid) : withAccount(channel, text(join.account));
  return `\n// Then:   ${call}\n// Before its end, in ${renewal} with a new one`;
};

const KEY = 'AGORA_TOKEN_SERVER_KEY';

function curl({ url, body, guarded }) {
  const key = guarded ? ` \\\n  -H "Authorization: Bearer $${KEY}"` : '';
  return `curl ${TEXT.curl(url)} \\\n  -H 'Content-Type: application/json'${key} \\\n  -d ${TEXT.curl(compact(body))}`;
}

/** With the client that this server serves, if it makes this request by itself; else by fetch. */
function javascript({ server, url, body, guarded }) {
  const [{ service, ...fields }] = body.services;
  const key = guarded ? { headers: { Authorization: 'Bearer …' } } : {};
  if (service === 'rtc' && !body.version) {
    const { channel, uid, account, ...rest } = fields;
    const user = account === undefined ? { uid } : { account };
    const options = LITERAL.javascript({ channel, ...user, ...rest, ttl: body.ttl, ...key });
    return `// In a <script type="module">; AgoraRTC is the Web SDK, by a <script> before it or by import
import { keepJoined } from ${TEXT.javascript(`${server}/token-client.js`)};

// Fetches a token, joins with it, and renews it for as long as the call lasts.
const client = AgoraRTC.createClient({ mode: "rtc", codec: "vp8" });
const call = keepJoined(client, ${options.replace(/\n}$/, '\n  onError: console.error,\n}')});
await call.joined;`;
  }
  const headers = { headers: { ...key.headers } };
  const written = guarded ? `, Authorization: ${TEXT.javascript(headers.headers.Authorization)}` : '';
  return `const response = await fetch(${TEXT.javascript(url)}, {
  method: "POST",
  headers: { "Content-Type": "application/json"${written} },
  body: JSON.stringify(${LITERAL.javascript(body, '  ')}),
});
const answer = await response.json();
if (!response.ok) throw new Error(answer.detail);
const { token } = answer;`;
}

function kotlin({ url, body, guarded }) {
  const key = guarded ? '\n  .header("Authorization", "Bearer $key")' : '';
  const then = next(
    body,
    TEXT.kotlin,
    (channel, uid) => `engine.joinChannel(token, ${channel}, ${uid}${uid > 2147483647 ? '.toInt()' : ''}, options)`,
    (channel, account) => `engine.joinChannelWithUserAccount(token, ${channel}, ${account}, options)`,
    'onTokenPrivilegeWillExpire: engine.renewToken',
  );
  return `// With OkHttp, away from the main thread
val body = JSONObject(${LITERAL.kotlin(body)})
val request = Request.Builder()
  .url(${TEXT.kotlin(url)})${key}
  .post(body.toString().toRequestBody("application/json".toMediaType()))
  .build()
val token = OkHttpClient().newCall(request).execute().use { response ->
  val answer = JSONObject(response.body!!.string())
  check(response.isSuccessful) { answer.optString("detail") }
  answer.getString("token")
}${then}`;
}

function swift({ url, body, guarded }) {
  const key = guarded ? '\nrequest.setValue("Bearer \\(key)", forHTTPHeaderField: "Authorization")' : '';
  const then = next(
    body,
    TEXT.swift,
    (channel, uid) => `engine.joinChannel(byToken: token, channelId: ${channel}, uid: ${uid}, mediaOptions: options)`,
    (channel, account) =>
      `engine.joinChannel(byToken: token, channelId: ${channel}, userAccount: ${account}, mediaOptions: options)`,
    'rtcEngine(_:tokenPrivilegeWillExpire:): engine.renewToken',
  );
  return `struct Answer: Decodable { let token: String }

var request = URLRequest(url: URL(string: ${TEXT.swift(url)})!)
request.httpMethod = "POST"
request.setValue("application/json", forHTTPHeaderField: "Content-Type")${key}
request.httpBody = try JSONSerialization.data(withJSONObject: ${LITERAL.swift(body)})
let (data, response) = try await URLSession.shared.data(for: request)
guard (response as? HTTPURLResponse)?.statusCode == 200 else { throw URLError(.badServerResponse) }
let token = try JSONDecoder().decode(Answer.self, from: data).token${then}`;
}

function dart({ url, body, guarded }) {
  const key = guarded ? ", 'Authorization': 'Bearer $key'" : '';
  const then = next(
    body,
    TEXT.dart,
    (channel, uid) => `engine.joinChannel(token: token, channelId: ${channel}, uid: ${uid}, options: options)`,
    (channel, account) =>
      `engine.joinChannelWithUserAccount(token: token, channelId: ${channel}, userAccount: ${account})`,
    'onTokenPrivilegeWillExpire: engine.renewToken',
  );
  return `import 'dart:convert';
import 'package:http/http.dart' as http;

Future<String> fetchToken(${guarded ? 'String key' : ''}) async {
  final response = await http.post(
    Uri.parse(${TEXT.dart(url)}),
    headers: {'Content-Type': 'application/json'${key}},
    body: jsonEncode(${LITERAL.dart(body, '    ')}),
  );
  final answer = jsonDecode(response.body);
  if (response.statusCode != 200) throw Exception(answer['detail']);
  return answer['token'];
}${then}`;
}

function csharp({ url, body, guarded }) {
  const key = guarded ? '\nhttp.DefaultRequestHeaders.Authorization = new("Bearer", key);' : '';
  const then = next(
    body,
    TEXT.csharp,
    (channel, uid) => `engine.JoinChannel(token, ${channel}, "", ${uid});`,
    (channel, account) => `engine.JoinChannelWithUserAccount(token, ${channel}, ${account});`,
    'OnTokenPrivilegeWillExpire: engine.RenewToken',
  );
  return `using System.Net.Http.Json;
using System.Text.Json;

var http = new HttpClient();${key}
var response = await http.PostAsJsonAsync(${TEXT.csharp(url)}, ${LITERAL.csharp(body)});
var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
if (!response.IsSuccessStatusCode) throw new Exception(answer.GetProperty("detail").GetString());
var token = answer.GetProperty("token").GetString();${then}`;
}

const PLATFORMS = [
  ['curl', 'curl', curl],
  ['javascript', 'JavaScript', javascript],
  ['kotlin', 'Kotlin', kotlin],
  ['swift', 'Swift', swift],
  ['dart', 'Dart', dart],
  ['csharp', 'C#', csharp],
];

/** The request to `${server}/v1/tokens` with this body, for each platform: `{ id, name, code }`. */
export function snippets({ server, body, guarded }) {
  const request = { server, url: `${server}/v1/tokens`, body, guarded };
  return PLATFORMS.map(([id, name, write]) => ({ id, name, code: write(request) }));
}
