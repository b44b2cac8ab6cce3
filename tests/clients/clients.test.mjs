// The official clients, unmodified, against `offgrid serve`: OG_URL, models named story, tiny (a random one whose template has tools), embed.
// Run by tests/e2e/clients.sh.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';

const url = process.env.OG_URL;
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 });
const ollama = new Ollama({ host: url });

const once = [{ role: 'user', content: 'Once upon a time' }];
const schema = {
  type: 'object',
  properties: { city: { enum: ['Oslo', 'Lima'] }, days: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['city', 'days'],
  additionalProperties: false,
};
const fits = (o) => ['Oslo', 'Lima'].includes(o.city) && Number.isInteger(o.days) && o.days >= 1 && o.days <= 9 && Object.keys(o).length === 2;
const ask = { model: 'story', messages: once, max_tokens: 12, temperature: 0 };
const tools = [{ type: 'function', function: { name: 'weather', description: 'The weather to come', parameters: schema } }];

let story;
test('openai: chat', async () => {
  const r = await openai.chat.completions.create(ask);
  story = r.choices[0].message.content;
  assert.equal(r.choices[0].finish_reason, 'length');
  assert.equal(r.usage.completion_tokens, 12);
  assert.match(story, /there was/);
});

test('openai: stream, with usage', async () => {
  let text = '', usage;
  for await (const c of await openai.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })) {
    text += c.choices[0]?.delta.content ?? '';
    usage = c.usage ?? usage;
  }
  assert.equal(text, story);
  assert.equal(usage.completion_tokens, 12);
});

test('openai: several answers, log-probabilities, stop', async () => {
  const r = await openai.chat.completions.create({ ...ask, temperature: 0.9, seed: 3, n: 3, logprobs: true, top_logprobs: 2 });
  assert.equal(r.choices.length, 3);
  for (const c of r.choices) {
    assert.equal(c.logprobs.content.length, 12);
    assert.equal(c.logprobs.content[0].top_logprobs.length, 2);
    assert.equal(c.logprobs.content.map((t) => t.token).join('').trimStart(), c.message.content.trimStart());
  }
  const s = await openai.chat.completions.create({ ...ask, max_tokens: 50, stop: ['little'] });
  assert.equal(s.choices[0].finish_reason, 'stop');
});

test('openai: JSON by a schema', async () => {
  const r = await openai.chat.completions.parse({
    model: 'story', messages: once, response_format: { type: 'json_schema', json_schema: { name: 'trip', strict: true, schema } },
  });
  assert.ok(fits(JSON.parse(r.choices[0].message.content)));
});

test('openai: tools, whole and streamed', async () => {
  const body = { model: 'tiny', messages: once, tools, tool_choice: 'required', seed: 1 };
  const r = await openai.chat.completions.create(body);
  assert.equal(r.choices[0].finish_reason, 'tool_calls');
  assert.equal(r.choices[0].message.tool_calls[0].function.name, 'weather');
  assert.ok(fits(JSON.parse(r.choices[0].message.tool_calls[0].function.arguments)));
  const streamed = await openai.chat.completions.stream(body).finalChatCompletion();
  assert.deepEqual(
    streamed.choices[0].message.tool_calls.map((c) => c.function.arguments),
    r.choices[0].message.tool_calls.map((c) => c.function.arguments),
  );
  const next = await openai.chat.completions.create({
    model: 'tiny', tools, max_tokens: 4,
    messages: [...once, r.choices[0].message, { role: 'tool', tool_call_id: r.choices[0].message.tool_calls[0].id, content: 'rain' }],
  });
  assert.equal(next.choices.length, 1);
});

test('openai: completions', async () => {
  const r = await openai.completions.create({ model: 'story', prompt: 'Once upon a time', max_tokens: 12, temperature: 0 });
  assert.equal(r.choices[0].text, story);
});

test('openai: embeddings, base64 and numbers', async () => {
  const a = await openai.embeddings.create({ model: 'embed', input: ['a cat', 'a dog'] });
  const b = await openai.embeddings.create({ model: 'embed', input: 'a cat', encoding_format: 'float' });
  assert.equal(a.data.length, 2);
  assert.deepEqual(a.data[0].embedding.map(Math.fround), b.data[0].embedding.map(Math.fround));
});

test('openai: responses, remembered and streamed', async () => {
  const a = await openai.responses.create({ model: 'story', input: 'Once upon a time', max_output_tokens: 12, temperature: 0 });
  assert.equal(a.output_text, story);
  const b = await openai.responses.create({ model: 'story', input: 'and', previous_response_id: a.id, max_output_tokens: 4 });
  assert.ok(b.usage.input_tokens > a.usage.total_tokens);
  const s = await openai.responses.stream({ model: 'story', input: 'Once upon a time', max_output_tokens: 12, temperature: 0 }).finalResponse();
  assert.equal(s.output_text, story);
  assert.equal((await openai.responses.retrieve(a.id)).id, a.id);
  await openai.responses.delete(a.id);
  await assert.rejects(openai.responses.retrieve(a.id), OpenAI.NotFoundError);
});

test('openai: models and errors', async () => {
  const names = [];
  for await (const m of openai.models.list()) names.push(m.id);
  assert.deepEqual(names, ['story', 'tiny', 'embed']);
  assert.equal((await openai.models.retrieve('tiny')).id, 'tiny');
  await assert.rejects(openai.chat.completions.create({ ...ask, model: 'none' }), OpenAI.NotFoundError);
  await assert.rejects(openai.chat.completions.create({ ...ask, temperature: 'hot' }), (e) => e instanceof OpenAI.BadRequestError && e.param === 'temperature');
  await assert.rejects(openai.chat.completions.create({ ...ask, messages: [{ role: 'user', content: 'word '.repeat(9000) }] }), (e) => e.code === 'context_length_exceeded');
});

test('openai: abort', async () => {
  const stream = await openai.chat.completions.create({ model: 'tiny', messages: once, stream: true, max_tokens: 3000, ignore_eos: true });
  let n = 0;
  for await (const c of stream) if (c.choices[0]?.delta.content && ++n === 3) stream.controller.abort();
  assert.ok(n < 1000);
});

const say = { model: 'story', max_tokens: 12, temperature: 0, messages: once };
test('anthropic: messages, whole and streamed', async () => {
  const r = await anthropic.messages.create(say);
  assert.equal(r.content[0].text, story);
  assert.equal(r.stop_reason, 'max_tokens');
  const s = anthropic.messages.stream(say);
  assert.equal(await s.finalText(), story);
  assert.equal((await anthropic.messages.create({ ...say, max_tokens: 50, stop_sequences: ['little'] })).stop_sequence, 'little');
  assert.equal((await anthropic.messages.countTokens({ model: 'story', messages: once })).input_tokens, r.usage.input_tokens + r.usage.cache_read_input_tokens);
});

test('anthropic: tools, whole and streamed', async () => {
  const body = {
    model: 'tiny', max_tokens: 400, messages: once, tool_choice: { type: 'any' }, seed: 1,
    tools: [{ name: 'weather', description: 'The weather to come', input_schema: schema }],
  };
  const r = await anthropic.messages.create(body);
  assert.equal(r.stop_reason, 'tool_use');
  assert.ok(fits(r.content[0].input));
  const s = await anthropic.messages.stream(body).finalMessage();
  assert.deepEqual(s.content[0].input, r.content[0].input);
  const next = await anthropic.messages.create({
    ...body, max_tokens: 4, tool_choice: { type: 'auto' },
    messages: [...once, { role: 'assistant', content: r.content }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: r.content[0].id, content: 'rain' }] }],
  });
  assert.equal(next.type, 'message');
});

test('anthropic: errors and abort', async () => {
  await assert.rejects(anthropic.messages.create({ ...say, model: 'none' }), Anthropic.NotFoundError);
  await assert.rejects(anthropic.messages.create({ ...say, messages: [{ role: 'user', content: [{ type: 'image', source: {} }] }] }), Anthropic.BadRequestError);
  const s = anthropic.messages.stream({ ...say, model: 'tiny', max_tokens: 3000 });
  s.on('text', () => s.abort());
  await assert.rejects(s.finalMessage(), Anthropic.APIUserAbortError);
});

test('ollama: generate and chat, whole and streamed', async () => {
  const options = { temperature: 0, num_predict: 12 };
  assert.equal((await ollama.generate({ model: 'story', prompt: 'Once upon a time', options })).response, story);
  assert.equal((await ollama.chat({ model: 'story', messages: once, options })).message.content, story);
  let text = '';
  for await (const c of await ollama.chat({ model: 'story', messages: once, options, stream: true })) text += c.message.content;
  assert.equal(text, story);
});

test('ollama: format, tools, embeddings', async () => {
  assert.ok(fits(JSON.parse((await ollama.chat({ model: 'story', messages: once, format: schema })).message.content)));
  assert.ok((await ollama.embed({ model: 'embed', input: ['a cat', 'a dog'] })).embeddings.length === 2);
  const r = await ollama.chat({ model: 'tiny', messages: once, tools, options: { num_predict: 3 } });
  assert.equal(r.message.role, 'assistant');
});

test('ollama: list, show, ps, version, errors, abort', async () => {
  assert.equal((await ollama.list()).models[0].name, 'story');
  assert.equal((await ollama.show({ model: 'story' })).details.format, 'gguf');
  assert.ok((await ollama.ps()).models.length >= 1);
  assert.match((await ollama.version()).version, /^\d/);
  await assert.rejects(ollama.chat({ model: 'none', messages: once }), /none/);
  await assert.rejects(ollama.delete({ model: 'story' }), /may not delete/);
  assert.equal((await ollama.pull({ model: 'story' })).status, 'success');
  const mine = new Ollama({ host: url });
  const stream = await mine.generate({ model: 'tiny', prompt: 'x', stream: true, options: { num_predict: 3000 } });
  let n = 0;
  await assert.rejects(async () => {
    for await (const c of stream) if (++n === 3) mine.abort();
    throw new Error('abort');
  }, /abort/i);
});
