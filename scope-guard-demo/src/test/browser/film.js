/* A short animated picture of what a page looked like. */

import { writeFileSync } from 'node:fs';
import gifenc from 'gifenc';
import { PNG } from 'pngjs';

const { GIFEncoder, applyPalette, quantize } = gifenc;
const COLORS = 64;
const DELAY_MS = 2200;

export class Film {
  #page;
  #frames = [];

  /** A film, or one without pictures: to take them costs more than the story, and only the README needs them. */
  static of(page) {
    return process.env.FILM === 'true' ? new Film(page) : new Film();
  }

  constructor(page) {
    this.#page = page;
  }

  async frame() {
    if (!this.#page) {
      return;
    }
    this.#frames.push(PNG.sync.read(await this.#page.screenshot({ scale: 'css' })));
  }

  save(path) {
    if (this.#frames.length > 0) {
      writeFileSync(path, this.#encoded());
    }
  }

  #encoded() {
    const gif = GIFEncoder();
    this.#frames.forEach((frame) => {
      const { data, width, height } = halved(frame);
      const palette = quantize(data, COLORS);
      gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay: DELAY_MS });
    });
    gif.finish();
    return gif.bytes();
  }
}

/** Each pixel the mean of four. */
function halved({ data, width, height }) {
  const half = { width: width >> 1, height: height >> 1 };
  half.data = new Uint8Array(half.width * half.height * 4);
  for (let i = 0; i < half.data.length; i++) {
    const channel = i & 3;
    const x = (i >> 2) % half.width;
    const y = Math.floor((i >> 2) / half.width);
    const at = (2 * y * width + 2 * x) * 4 + channel;
    half.data[i] = (data[at] + data[at + 4] + data[at + width * 4] + data[at + width * 4 + 4]) >> 2;
  }
  return half;
}
