// MDN's HTTP observatory: `node observatory.mjs HTTP_PORT HTTPS_PORT`. Its own command knows ports 80 and 443 alone.
import { ALL_TESTS } from '@mdn/mdn-http-observatory/src/constants.js';
import { getGradeForScore, getScoreModifier } from '@mdn/mdn-http-observatory/src/grader/grader.js';
import { retrieve } from '@mdn/mdn-http-observatory/src/retriever/retriever.js';
import { say, versionOf } from './judgement.mjs';

const [httpPort, httpsPort] = process.argv.slice(2);
const seen = await retrieve('localhost', { httpPort, httpsPort });
if (!seen.responses.auto || !seen.responses.https?.verified) throw new Error('the site does not answer over TLS');
const results = ALL_TESTS.map((test) => [test.name.replace(/Test$/, ''), test(seen)]);
const score = results.reduce((sum, [, { result }]) => sum + (result ? getScoreModifier(result) : 0), 100);
say({
  version: versionOf('@mdn/mdn-http-observatory'),
  findings: results.filter(([, { pass }]) => !pass).map(([name, { result }]) => `${name}: ${result}`),
  note: `grade ${getGradeForScore(score).grade}, ${score} points`,
});
