// A tile for every participant of a call.

import { element } from '../elements.js';

const NOT_SENDING = 'No video';
const KINDS = { video: 'camera', audio: 'microphone' };

/** Tiles in an element; participants are known by their uid, and oneself by none. */
export function startTiles(place) {
  const tiles = new Map();
  const SELF = Symbol('oneself');

  function tile(uid) {
    if (!tiles.has(uid)) {
      const video = element('div', { class: 'video' }, NOT_SENDING);
      const name = element('figcaption');
      const figure = element('figure', {}, video, name);
      tiles.set(uid, { figure, video, name, label: uid === SELF ? 'You' : String(uid), tracks: new Map() });
      if (uid === SELF) place.prepend(figure);
      else place.append(figure);
    }
    const made = tiles.get(uid);
    const sent = Object.keys(KINDS).filter((kind) => made.tracks.has(kind)).map((kind) => KINDS[kind]);
    made.name.textContent = `${made.label}: ${sent.join(' and ') || 'sends nothing'}`;
    return made;
  }

  function play(uid, kind, track) {
    const { video, tracks } = tile(uid);
    tracks.set(kind, track);
    if (kind === 'video') {
      video.replaceChildren();
      track.play(video);
    } else if (uid !== SELF) {
      track.play();
    }
    tile(uid);
  }

  function mute(uid, kind) {
    if (!tiles.has(uid)) return;
    const { video, tracks } = tile(uid);
    tracks.delete(kind);
    if (kind === 'video') video.replaceChildren(NOT_SENDING);
    tile(uid);
  }

  return {
    come: (uid) => void tile(uid),
    play,
    mute,
    go(uid) {
      tiles.get(uid)?.figure.remove();
      tiles.delete(uid);
    },
    nameLocal(uid) {
      tile(SELF).label = `You, ${uid}`;
      tile(SELF);
    },
    playLocal: (kind, track) => play(SELF, kind, track),
    muteLocal: (kind) => mute(SELF, kind),
    /** After a click, which browsers want before they play sound. */
    playSound() {
      for (const [uid, { tracks }] of tiles) if (uid !== SELF) tracks.get('audio')?.play();
    },
    clear() {
      tiles.clear();
      place.replaceChildren();
    },
  };
}
