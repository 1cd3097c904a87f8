import { expect, it } from 'vitest';
import { countTests } from './vitest.ts';

const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, numFailedTestSuites: 0 };

it('counts every test', () => {
  expect(countTests(report, 0)).toEqual({ passed: 5, failed: 0, skipped: 2, detail: '' });
  expect(countTests({ ...report, numFailedTests: 2, numFailedTestSuites: 1 }, 1).failed).toBe(2);
});

it('a run that failed outside of any test is not a success', () => {
  expect(countTests(report, 1).failed).toBe(1);
  expect(countTests({ ...report, numFailedTestSuites: 3 }, 1).failed).toBe(3);
  expect(countTests(report, null).failed).toBe(1);
});
