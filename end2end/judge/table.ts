// The judges' verdict: one table, and below it whatever they found.
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export interface Judgement {
  version: string;
  findings: string[];
  /** What a finding would not be: a grade, numbers that were measured. */
  note?: string;
}

export default class Table implements Reporter {
  private readonly rows: { tool: string; version: string; findings: string; note: string }[] = [];
  private readonly found: string[] = [];

  onTestBegin({ title }: TestCase): void {
    process.stdout.write(`judge: ${title}\n`);
  }

  onTestEnd({ title: tool }: TestCase, { status, errors, annotations }: TestResult): void {
    const said = annotations.find(({ type }) => type === 'judgement')?.description;
    if (status === 'skipped') return;
    if (said === undefined) {
      this.rows.push({ tool, version: '?', findings: 'no verdict', note: '' });
      this.found.push(...errors.map(({ message }) => `${tool}: ${message}`));
      return;
    }
    const { version, findings, note = '' } = JSON.parse(said) as Judgement;
    this.rows.push({ tool, version, findings: String(findings.length), note });
    this.found.push(...findings.map((finding) => `${tool}: ${finding}`));
  }

  onEnd({ status }: FullResult): void {
    const lines = [{ tool: 'tool', version: 'version', findings: 'findings', note: '' }, ...this.rows];
    const width = (column: 'tool' | 'version' | 'findings') => Math.max(...lines.map((line) => line[column].length));
    process.stdout.write('\n');
    for (const { tool, version, findings, note } of lines) {
      const columns = [tool.padEnd(width('tool')), version.padEnd(width('version')), findings.padStart(width('findings')), note];
      process.stdout.write(`${columns.join('  ').trimEnd()}\n`);
    }
    for (const finding of this.found) process.stdout.write(`\n${finding}`);
    process.stdout.write(`\n${status === 'passed' ? 'all of them are content' : `${this.found.length} findings`}\n`);
  }
}
