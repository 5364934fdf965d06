// The documented call as it stands, but for what it leaves to the reader: the tests put an App ID in the place of
// `APPID`, and each comment that asks for a new token is followed by the line that does so.
const client = AgoraRTC.createClient()

async function startCall() {
  let token = await fetchToken(123456, "ChannelA");
  // Join channel with token and uid
  await client.join("APPID", "ChannelA", token, 123456);
}

client.on("token-privilege-will-expire", async function(){
  // After requesting a new token
  let token = await fetchToken(123456, "ChannelA");
  await client.renewToken(token);
});

const rtc = { client };
const options = { appId: "APPID", channel: "ChannelA", token: null };

client.on("token-privilege-did-expire", async function(){
  //After requesting a new token
  options.token = await fetchToken(123456, "ChannelA");
  await rtc.client.join(options.appId, options.channel, options.token, 123456);
});
