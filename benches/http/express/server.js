// The token servers that Agora's tutorials describe: express and the package
// agora-access-token, one 006 token with the join privilege for each request;
// and a 007 one for a publisher by agora-token.
'use strict';
const express = require('express');
const { RtcTokenBuilder, RtcRole } = require('agora-access-token');
const { RtcTokenBuilder: NewRtcTokenBuilder, RtcRole: NewRtcRole } = require('agora-token');

const { APP_ID, APP_CERTIFICATE, PORT, HOST } = process.env;
const app = express();

const nocache = (req, resp, next) => {
  resp.header('Cache-Control', 'private, no-cache, no-store, must-revalidate');
  resp.header('Expires', '-1');
  resp.header('Pragma', 'no-cache');
  next();
};

const generateAccessToken = (req, resp) => {
  const channel = req.query.channel;
  if (!channel) return resp.status(500).json({ error: 'channel is required' });
  const uid = req.query.uid || 0;
  const role = req.query.role === 'publisher' ? RtcRole.PUBLISHER : RtcRole.SUBSCRIBER;
  const lifetime = parseInt(req.query.expireTime, 10) || 3600;
  const expires = Math.floor(Date.now() / 1000) + lifetime;
  const token = RtcTokenBuilder.buildTokenWithUid(APP_ID, APP_CERTIFICATE, channel, uid, role, expires);
  return resp.json({ token });
};

const generateRtcToken = (req, resp) => {
  const { channel, role, uid } = req.params;
  const newRole = role === 'publisher' ? NewRtcRole.PUBLISHER : NewRtcRole.SUBSCRIBER;
  const lifetime = parseInt(req.query.expiry, 10) || 3600;
  const rtcToken = NewRtcTokenBuilder.buildTokenWithUid(
    APP_ID, APP_CERTIFICATE, channel, uid, newRole, lifetime, lifetime);
  return resp.json({ rtcToken });
};

app.get('/rtc/:channel/:role/:tokenType/:uid', nocache, generateRtcToken);
app.get('/access_token', nocache, generateAccessToken);
app.listen(PORT, HOST);
