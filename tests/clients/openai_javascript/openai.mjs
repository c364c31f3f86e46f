// OpenAI's own client of images, in JavaScript: one thing that programs do with it, and what it made of the answer.
import {Readable} from 'node:stream';

import OpenAI, {toFile} from 'openai';

const given = JSON.parse(process.argv.at(-1));
const client = new OpenAI({baseURL: `${given.address}v1`, apiKey: given.key ?? 'none', ...given.how});
const bytes = text => Buffer.from(text, 'base64');

const shown = answer => ({
  created: answer.created,
  bytes: answer.data.filter(each => each.b64_json).map(each => bytes(each.b64_json).length),
  seeds: answer.data.map(each => each.playground.seed),
  run: answer.playground.run_id,
  cost: answer.playground.cost_usd,
  request: answer._request_id,
});

const whats = {
  generate: async () => shown(await client.images.generate(given.values)),
  // A stream has no length that is known beforehand: the form goes out in chunks.
  edit: async () => shown(await client.images.edit({image: await toFile(Readable.from([bytes(given.images[0])]), 'a.png'), ...given.values})),
  stream: async () => {
    const told = [];
    for await (const event of await client.images.generate({...given.values, stream: true})) told.push(event.type);
    return told;
  },
  fail: async () => {
    try {
      await client.images.generate(given.values);
    } catch (error) {
      return {kind: error.constructor.name, status: error.status, code: error.code, param: error.param, message: error.message};
    }
    return {kind: 'none'};
  },
};

console.log(JSON.stringify(await whats[given.what]()));
