import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { partHead } from './part-head.ts'

/** What a computer needs to find this box and to be sure that it is the right one. */
export type AgentSteps = {
  /** As the computer must write it: `https://192.168.1.5:8080`. */
  readonly address: string
  /** The mail address of whoever reads this, for it is they who connect it. */
  readonly login: string
  /** SHA-256 of the key of the box's own certificate authority; undefined where a computer can tell the box without it. */
  readonly pin: string | undefined
  /** The address means the same computer to whoever types it. */
  readonly isThisComputerOnly: boolean
}

/** How a computer is connected, told what to keep, and backed up: three commands. */
export function agentSteps({ title, steps }: { readonly title: string; readonly steps: AgentSteps }): Html {
  return html`<section class="part" aria-labelledby="add">
      ${partHead({ id: 'add', title })}
      <ol class="steps">
        <li>
          <h3>Connect it</h3>
          <p>In a terminal on that computer, in the folder of Holdfast. It asks for your password.</p>
          ${command('Command that connects the computer', connectCommand(steps))}
          ${hints(steps).map((hint) => html`<p class="hint">${hint}</p>`)}
        </li>
        <li>
          <h3>Choose what to keep</h3>
          <p>Folders or files, as many as you like.</p>
          ${command('Command that chooses a folder', 'bin/holdfast-agent add ~/Documents ~/Pictures')}
        </li>
        <li>
          <h3>Back it up</h3>
          <p>It shows files, bytes, speed and time left. Afterwards the computer stands on this page.</p>
          ${command('Command that backs up now', 'bin/holdfast-agent backup')}
        </li>
      </ol>
    </section>`
}

function connectCommand({ address, login, pin }: AgentSteps): string {
  return `bin/holdfast-agent connect ${address} --user ${login}${pin === undefined ? '' : ` \\\n  --fingerprint ${pin}`}`
}

function hints({ pin, isThisComputerOnly }: AgentSteps): readonly string[] {
  return [
    ...(pin === undefined ? [] : ['The fingerprint is this box’s own: a computer that gets it speaks to no other.']),
    ...(isThisComputerOnly
      ? ['This address is good on the box itself only. To reach it from other computers, start it with HOLDFAST_HOST.']
      : []),
  ]
}

function command(label: string, text: string): Html {
  return html`<pre class="log command" tabindex="0" role="region" aria-label="${label}">${text}</pre>`
}
