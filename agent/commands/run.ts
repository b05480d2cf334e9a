import { defineCommand } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import { runDaemon } from '../daemon/daemon.ts'
import { prepareStateFolder } from '../state/state-folder.ts'

export const runCommand = defineCommand({
  name: 'run',
  usage: '',
  about:
    'Keeps the schedules and takes orders from the box ("back up now", changed jobs, files that go back, "stop") until it is ended\n' +
    'with Ctrl-C or by the system. What is under way then goes on at the next start. Missed times are made good once.',
  options: {},
  answers: 'events',
  words: { min: 0, max: 0 },
  examples: ['holdfast-agent run'],
  async run(program) {
    prepareStateFolder(program.state)
    await runDaemon(program)
    program.report.event({ event: 'summary', verdict: 'ok', exitCode: exitCodes.ok })
    return exitCodes.ok
  },
})
