// html-validate: `node html.mjs`, with JSON on standard input, from the name of a page to its HTML.
import { HtmlValidate } from 'html-validate';
import { input, say, versionOf } from './judgement.mjs';

const judge = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y', 'html-validate:document'],
  // What comes from where the page comes from needs no proof that it is the same.
  rules: { 'require-sri': ['error', { target: 'crossorigin' }] },
});
const findings = [];
for (const [name, html] of Object.entries(JSON.parse(await input()))) {
  // Leptos marks places by `<!>`, which HTML reads as an empty comment, and this judge not at all.
  const { results } = await judge.validateString(html.replaceAll('<!>', '<!---->'), name);
  for (const { messages } of results) {
    for (const { ruleId, line, column, message } of messages) findings.push(`${name}:${line}:${column} ${ruleId}: ${message}`);
  }
}
say({ version: versionOf('html-validate'), findings });
