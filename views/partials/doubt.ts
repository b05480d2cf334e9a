import { html } from 'hono/html'
import { whenInSentence, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'

/** What a computer is made of, as rows for two columns. */
export type PrintProps = {
  readonly system: string
  readonly board: string
  readonly disks: string
  readonly network: string
  readonly machineId: string
  readonly address: string
}

export type DoubtProps = {
  readonly kind: 'changed' | 'cloned'
  readonly name: string
  /** Where the answer goes. */
  readonly path: string
  readonly known: PrintProps
  /** Undefined: it has told nothing but a number. */
  readonly other: PrintProps | undefined
  readonly otherAddress: string
  readonly likeness: number | undefined
  readonly firstAtMs: number
  readonly lastAtMs: number
  readonly times: number
  readonly mayAnswer: boolean
}

const rows = [
  ['System', 'system'],
  ['Board', 'board'],
  ['Disks', 'disks'],
  ['Network', 'network'],
  ['Machine id', 'machineId'],
  ['Address', 'address'],
] as const satisfies readonly (readonly [string, keyof PrintProps])[]

/** A question about who a computer is, with the two side by side. */
export function doubtBox(reader: Reader, props: DoubtProps): Html {
  const { kind, known, other } = props
  return html`<section class="box" aria-labelledby="doubt-${kind}">
      <h2 id="doubt-${kind}">${kind === 'cloned' ? 'Two computers use this identity. Which one stays?' : 'Is this the same computer?'}</h2>
      <p>${kind === 'cloned' ? clonedWords(reader, props) : changedWords(reader, props)}</p>
      ${other === undefined ? html`<p class="hint">The other one has told nothing of its hardware.</p>` : sideBySide(kind, known, other)}
      ${props.mayAnswer ? answers(props) : html`<p class="hint">The owner, a member or the implementor answers this.</p>`}
    </section>`
}

function clonedWords(reader: Reader, { name, otherAddress, firstAtMs, lastAtMs, times, likeness }: DoubtProps): string {
  const since =
    times === 1
      ? `It asked ${whenInSentence(reader, lastAtMs)}`
      : `It has asked ${times} times since ${whenText(reader, firstAtMs)}`
  const alike =
    likeness === 100 ? ' Both look the same: one is a copy of the other, or an old copy of the agent’s folder was put back.' : ''
  return `${name} is backed up, and a second computer at ${otherAddress} shows its identity. ${since}, and was refused: nothing of it was taken, nothing is mixed.${alike}`
}

function changedWords(reader: Reader, { name, firstAtMs }: DoubtProps): string {
  return `${name} shows other hardware since ${whenInSentence(reader, firstAtMs)}: its board was replaced, or its disk is in another computer. It is backed up meanwhile.`
}

function sideBySide(kind: DoubtProps['kind'], known: PrintProps, other: PrintProps): Html {
  return html`<div class="ledger-wrap"><table class="ledger compared">
        <thead><tr><th scope="col"><span class="vh">Part</span></th><th scope="col">${kind === 'cloned' ? 'The known one' : 'Before'}</th><th scope="col">${kind === 'cloned' ? 'The other one' : 'Now'}</th></tr></thead>
        <tbody>${rows.map(([label, key]) => {
          const isOther = known[key] !== other[key]
          return html`
          <tr><th scope="row">${label}</th><td>${known[key]}</td><td>${isOther ? html`<b>${other[key]}</b> <span class="why">other</span>` : other[key]}</td></tr>`
        })}
        </tbody>
      </table></div>`
}

function answers({ kind, path }: DoubtProps): Html {
  const [first, second] =
    kind === 'cloned'
      ? ([
          ['known-stays', 'The known one stays'],
          ['other-stays', 'The other one stays'],
        ] as const)
      : ([
          ['accept', 'It is this computer'],
          ['withdraw', 'It is another computer'],
        ] as const)
  const after =
    kind === 'cloned'
      ? 'Whichever goes is refused until “holdfast-agent connect … --as-new” makes it a computer of its own. The versions stay here.'
      : 'The first remembers the new hardware. The second withdraws its access; the versions stay, and a link lets the right one in again.'
  return html`<form class="row" action="${path}" method="post"><button class="button" name="answer" value="${first[0]}">${first[1]}</button><button class="button" name="answer" value="${second[0]}">${second[1]}</button></form>
      <p class="hint">${after}</p>`
}
