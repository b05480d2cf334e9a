/** Brings along what the launchers in bin/ need when they find nothing. Runs on Node 20. */
import { ensureDatabaseProgram } from './database-program.mjs'
import { ensurePackages } from './packages.mjs'
import { runSteps } from './run-steps.mjs'

runSteps((say) => {
  ensurePackages({ withDevelopment: false, say })
  if (!process.argv.includes('--packages')) ensureDatabaseProgram({ say })
})
