// The AI SDK's `generateImage`, through both of its providers of OpenAI's form: what comes of one order.
import {createOpenAI} from '@ai-sdk/openai';
import {createOpenAICompatible} from '@ai-sdk/openai-compatible';
import {experimental_generateImage as generateImage} from 'ai';

const given = JSON.parse(process.argv.at(-1));
const at = {baseURL: `${given.address}v1`, apiKey: given.key ?? 'none', name: 'playground'};
const model = given.strict ? createOpenAI(at).image(given.model) : createOpenAICompatible(at).imageModel(given.model);
const bytes = text => Buffer.from(text, 'base64');
const prompt = given.images ? {text: given.prompt, images: given.images.map(bytes), mask: given.mask && bytes(given.mask)} : given.prompt;

try {
  const {images} = await generateImage({model, prompt, n: given.n ?? 1, providerOptions: {playground: given.more ?? {}}});
  console.log(JSON.stringify({bytes: images.map(image => image.uint8Array.length), first: images[0].base64}));
} catch (error) {
  console.log(JSON.stringify({kind: error.constructor.name, message: error.message}));
}
