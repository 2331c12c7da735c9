// Google's csp_evaluator: `node csp.mjs`, with the policies to judge on standard input, one in a line.
import { CspEvaluator, DEFAULT_CHECKS, STRICTCSP_CHECKS } from 'csp_evaluator/dist/evaluator.js';
import { Severity } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { Version } from 'csp_evaluator/dist/csp.js';
import { input, say, versionOf } from './judgement.mjs';

const findings = new Set();
const notes = new Set();
for (const policy of (await input()).trim().split('\n')) {
  const evaluator = new CspEvaluator(new CspParser(policy).csp, Version.CSP3);
  for (const { severity, directive, description } of evaluator.evaluate(DEFAULT_CHECKS, STRICTCSP_CHECKS)) {
    // What is below is advice: that an older browser would want more, that reports could be collected.
    const isFinding = severity <= Severity.MEDIUM;
    (isFinding ? findings : notes).add(`${Severity[severity]} ${directive}: ${description}`);
  }
}
say({ version: versionOf('csp_evaluator'), findings: [...findings], note: [...notes].join(' | ') });
