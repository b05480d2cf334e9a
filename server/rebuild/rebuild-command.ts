import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand, exitCodes, type Outcome } from '../cli/command.ts'
import { rebuildCommandName } from './empty-database.ts'
import { isClean, type RebuildProgress, type RebuildReport } from './rebuild.ts'
import { rebuildText } from './rebuild-text.ts'

type Answer = { readonly text: string; readonly report: object }

/** `holdfast rebuild`: over the control socket while the box serves, else alone. */
export const rebuildCommand = defineCommand({
  name: rebuildCommandName,
  options: [
    { name: 'confirm', about: 'says that what a rebuild found was looked at: old versions are removed by the rules again' },
  ],
  about:
    'Reads the stored files and writes the database’s side of them anew. It deletes nothing and may be stopped and run again. Until it was confirmed, no version is removed and no space is freed.',
  input: z.object({ isConfirmation: z.boolean() }),
  prepare: ({ given }) => ({ isConfirmation: given.confirm === true }),
  run: async ({ isConfirmation }, { services, report, signal }): Promise<Outcome<Answer>> => {
    if (isConfirmation) {
      const wasHeld = await services.rebuild.confirm(actingOnTheBox)
      const text = wasHeld ? 'Old versions are removed by the rules again, and space is freed.' : 'Nothing waited for this.'
      return { result: { text, report: { confirmed: wasHeld } } }
    }
    const rebuilt = await services.rebuild.rebuild({ onProgress: progressLines(report), signal })
    const exitCode = isClean(rebuilt) ? exitCodes.ok : exitCodes.partly
    return { result: { text: rebuildText(rebuilt), report: bodyOf(rebuilt) }, exitCode }
  },
  present: ({ text, report }) => ({ text, json: report }),
})

const percentsPerLine = 5
const stepWords = { packs: 'packs read', versions: 'versions read' } as const

/** A line for each twentieth of a step. */
function progressLines(report: (line: string) => void): (progress: RebuildProgress) => void {
  let told = ''
  return ({ uid, step, done, total }) => {
    const percents = total === 0 ? 100 : Math.floor((done * 100) / total)
    const stage = `${uid} ${step} ${Math.floor(percents / percentsPerLine)}`
    if (stage === told) return
    told = stage
    report(`${uid.slice(0, 8)}: ${percents} %, ${done} of ${total} ${stepWords[step]}`)
  }
}

function bodyOf(report: RebuildReport) {
  return { ...report, isClean: isClean(report) }
}
