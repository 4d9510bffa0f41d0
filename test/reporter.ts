// Vitest's own report, then every skipped test with its reason, then the totals alone on the last line.
import {
  DefaultReporter,
  type SerializedError,
  type TestCase,
  type TestModule,
  type TestRunEndReason,
} from 'vitest/node'

type Counts = { passed: number; failed: number; skipped: number }

export default class TotalsReporter extends DefaultReporter {
  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, unhandled, reason)
    for (const module of modules) for (const test of module.children.allTests('skipped')) this.log(skipLine(test))
    const counts = countTests(modules)
    counts.failed += unhandled.length + failuresOutsideTests(modules)
    // A run that was cut short has not passed, whatever its tests say.
    if (counts.failed === 0 && reason !== 'passed') counts.failed = 1
    this.log(totalsLine(counts))
  }
}

export function totalsLine({ passed, failed, skipped }: Readonly<Counts>): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function skipLine(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return `skipped: ${test.fullName}${note === undefined ? '' : ` (${note})`}`
}

function countTests(modules: readonly TestModule[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) counts[outcomeOf(test)] += 1
  }
  return counts
}

/** A test that never came to an end counts as failed. */
function outcomeOf(test: TestCase): keyof Counts {
  const { state } = test.result()
  return state === 'pending' ? 'failed' : state
}

/** Files and groups that broke before or between their tests: a file that does not load, a hook that throws. */
function failuresOutsideTests(modules: readonly TestModule[]): number {
  return modules.reduce((count, module) => {
    const suites = [...module.children.allSuites()].filter(suite => suite.errors().length > 0)
    return count + (module.errors().length > 0 ? 1 : 0) + suites.length
  }, 0)
}
