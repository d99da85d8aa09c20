/* Reads server-sent events with a guarded `fetch`; see streams.d.ts for the types. */

import { parseScopeDrift } from './scope-guard.js';

const LONGEST_EVENT = 64 * 1024;

/** The name of the last event of a stream whose right has ended. */
const LAST = 'scope-drift';

/**
 * The events of a stream. If it ends with an event that names a remedy, and that brought another token, the stream is opened again,
 * once: not a second time unless an event has arrived in between.
 *
 * @param {import('./scope-guard.js').ScopeGuard} guard
 * @param {string | URL} url
 * @param {import('./scope-guard.js').GuardedInit} [init]
 * @returns {AsyncGenerator<import('./streams.js').StreamEvent, Response>}
 */
export async function* guardedEvents(guard, url, { organization, resource, headers, ...init } = {}) {
  const target = { organization, resource };
  let reopenedFor;
  for (let mayReopen = true; ; ) {
    const response = await guard.fetch(url, {
      ...init,
      ...target,
      headers: withAccept(headers),
      cache: 'no-store',
    });
    let last;
    if (response.ok && response.body) {
      for await (const event of eventsIn(response.body)) {
        if (event.event === LAST) {
          last = event.data;
          break;
        }
        mayReopen = true;
        yield event;
      }
    }
    const hint = parseScopeDrift(last);
    if (hint === null || hint.token === reopenedFor || !(await guard.obey(target, last)) || !mayReopen) {
      return response;
    }
    reopenedFor = hint.token;
    mayReopen = false;
  }
}

function withAccept(headers) {
  const all = new Headers(headers);
  all.set('Accept', 'text/event-stream');
  return all;
}

/** The events of a body. Endless ones break the stream off. */
export async function* eventsIn(body) {
  let text = '';
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (text + decoder.decode(part.value, { stream: true })).split(/\r?\n\r?\n/);
      text = blocks.pop();
      if (text.length > LONGEST_EVENT) {
        throw new Error('an event is too long');
      }
      yield* blocks.map(eventOf).filter(({ data }) => data !== undefined);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function eventOf(block) {
  const fields = block.split(/\r?\n/).map((line) => /^(event|data|id): ?(.*)$/.exec(line) ?? []);
  const values = (name) => fields.filter(([, field]) => field === name).map(([, , value]) => value);
  const data = values('data');
  return {
    event: values('event').at(-1) ?? 'message',
    data: data.length === 0 ? undefined : data.join('\n'),
    id: values('id').at(-1),
  };
}
