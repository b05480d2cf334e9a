import { createInterface } from 'node:readline/promises'
import type { Config } from '../config.ts'
import { RebuildError } from '../rebuild/rebuild.ts'
import { rebuildCommand } from '../rebuild/rebuild-command.ts'
import { callOrRun } from './call-or-run.ts'

/**
 * Starts the box. Where its database is empty beside folders full of backups, whoever sits at the terminal is asked whether it shall be
 * made anew from them; where nobody does, the start fails with what to do.
 */
export async function startOrOfferRebuild<Started>(
  start: () => Promise<Started>,
  { config, isInteractive }: { readonly config: Config; readonly isInteractive: boolean },
): Promise<Started> {
  try {
    return await start()
  } catch (error) {
    if (!isInteractive || !(error instanceof RebuildError) || error.fault !== 'empty-database') throw error
    if (!(await isWanted(error.message))) throw error
  }
  await callOrRun({ command: rebuildCommand, given: {}, config, isJson: false })
  return start()
}

async function isWanted(why: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    console.log(`\n${why}\nHoldfast can make it anew from the files. That deletes nothing.`)
    const answer = await terminal.question('Do that now? [Y/n] ')
    return /^(y|yes|)$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
