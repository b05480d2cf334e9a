import { bytesText } from '../prune/bytes-text.ts'
import type { AppliedRetention } from './apply-all.ts'
import type { ComputerPlan } from './retention-command.ts'

/** What a run came to, in a sentence or two. */
export function describeRun(done: AppliedRetention): string {
  const { binned, takenBack, forgotten, computersWithoutRules, computersWithoutDisk } = done
  const said = [
    ...(binned > 0 ? [`${versions(binned)} went into the bin`] : []),
    ...(takenBack > 0 ? [`${versions(takenBack)} came back out of it`] : []),
    ...(forgotten > 0 ? [`${versions(forgotten)} went for good`] : []),
  ]
  const sentence = said.length === 0 ? 'Every version stays.' : `${said.join(', ')}.`
  const noPlan =
    computersWithoutRules > 0 ? ` Computers without a plan, of which nothing was let go: ${computersWithoutRules}.` : ''
  const noDisk = computersWithoutDisk > 0 ? ` Computers whose disk is not there: ${computersWithoutDisk}.` : ''
  return sentence + noPlan + noDisk
}

/** What the rules would do, a line for each computer. */
export function planText(computers: readonly ComputerPlan[]): string {
  if (computers.length === 0) return 'There are no computers.'
  const lines = computers.map(({ name, customer, staying, going, comingBack, freedBytes }) => {
    const frees = freedBytes === null ? '' : `, which frees ${bytesText(freedBytes)}`
    const back = comingBack === 0 ? '' : `; ${versions(comingBack)} would come out of the bin`
    return `${name}, ${customer}: ${versions(staying)} ${staying === 1 ? 'stays' : 'stay'}, ${versions(going.length)} would go${going.length === 0 ? '' : frees}${back}`
  })
  return [...lines, 'Nothing was changed.'].join('\n')
}

function versions(count: number): string {
  return count === 1 ? '1 version' : `${count} versions`
}
