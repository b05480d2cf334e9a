/**
 * `npm test`: everything that CI runs, also from a fresh clone. Installs what it needs, checks format, types and dead code, runs
 * every test. The last line is `N passed, N failed` (and `, N skipped` where some were); each check counts as one.
 * `npm test -- tests/engine` runs those tests only. Runs on Node 20.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { ensureDatabaseProgram } from './database-program.mjs'
import { ensurePackages, findOwnNode, programFolder } from './packages.mjs'
import { runSteps } from './run-steps.mjs'
import { ensureTestTools } from './test-tools.mjs'

runSteps((say) => {
  ensurePackages({ withDevelopment: true, say })
  ensureDatabaseProgram({ say })
  ensureTestTools({ say })
})

const node = findOwnNode()
const binFolder = join(programFolder, 'node_modules', '.bin')
const environment = { ...process.env, PATH: [dirname(node), binFolder, process.env.PATH].join(delimiter), NODE_NO_WARNINGS: '1' }
const selection = process.argv.slice(2)

const checks = [
  { name: 'format and lint', words: ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
  { name: 'types', words: ['typescript/bin/tsc', '-p', '.'] },
  { name: 'dead code', words: ['knip/bin/knip.js', '--no-progress'] },
]

const counts = { passed: 0, failed: 0, skipped: 0 }
for (const { name, words } of selection.length === 0 ? checks : []) {
  const isGood = runNode(words)
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${name}`)
  counts[isGood ? 'passed' : 'failed'] += 1
}
addTests(counts)
console.log(
  [`${counts.passed} passed`, `${counts.failed} failed`, ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : [])].join(', '),
)
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1)

function runNode([script, ...words]) {
  const { status } = spawnSync(node, [join(programFolder, 'node_modules', script), ...words], {
    cwd: programFolder,
    stdio: 'inherit',
    env: environment,
  })
  return status === 0
}

/** A run that ends without having counted, or as failed though every test passed (a stray error), counts as one failure. */
function addTests(total) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-report-'))
  try {
    const report = join(folder, 'report.json')
    const isGood = runNode([
      'vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...selection,
    ])
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = readReport(report)
    total.passed += numPassedTests
    total.skipped += numPendingTests + numTodoTests
    total.failed += numFailedTests === 0 && !isGood ? 1 : numFailedTests
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 }
  }
}
