import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type GoingProps, goingVersions } from '../partials/going-versions.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { trail } from '../partials/trail.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

export const ruleFields = ['keepLast', 'allWithinDays', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
export type RuleField = (typeof ruleFields)[number]
export type RuleValues = Readonly<Record<RuleField, number>>

const fieldWords: Readonly<Record<RuleField, { readonly label: string; readonly unit: string }>> = {
  keepLast: { label: 'The newest', unit: 'versions' },
  allWithinDays: { label: 'Every version of the last', unit: 'days' },
  hourly: { label: 'One an hour for', unit: 'hours' },
  daily: { label: 'One a day for', unit: 'days' },
  weekly: { label: 'One a week for', unit: 'weeks' },
  monthly: { label: 'One a month for', unit: 'months' },
  yearly: { label: 'One a year for', unit: 'years' },
}

export type RulesPageProps = PageContext & {
  readonly viewer: Viewer
  readonly computer: { readonly name: string; readonly path: string }
  readonly keptPath: string
  readonly path: string
  readonly plan: { readonly name: string; readonly words: string }
  readonly isOwn: boolean
  /** What the fields show: the rules of now, or what was typed. */
  readonly values: Readonly<Record<RuleField, string>>
  readonly problems: Readonly<Partial<Record<RuleField, string>>>
  readonly rehearsal: Rehearsal | undefined
}

/** What the rules in the form would do today. */
export type Rehearsal = GoingProps & {
  /** Those of the plan, instead of the numbers in the form. */
  readonly isOfPlan: boolean
  readonly staying: number
  readonly comingBack: number
  /** Undefined: it would have taken too long to count. */
  readonly freed: { readonly freedBytes: number; readonly looseBytes: number } | undefined
}

/** How long versions of one computer are kept: changed only after a rehearsal has shown what that takes away. */
export function rulesPage(props: RulesPageProps): Page {
  const { computer, keptPath, rehearsal } = props
  return appPage({
    ...props,
    title: `Rules of ${computer.name}`,
    place: 'computers',
    body: html`
    ${trail('Where this is', [{ name: 'Computers', path: '/computers' }, computer, { name: 'Kept versions', path: keptPath }])}
    <header class="page-head"><div>${rehearsal === undefined ? sentence({ says: `How long are versions of ${computer.name} kept?` }) : rehearsalSentence(props.reader, rehearsal)}</div></header>
    <div class="split part">
      <div class="flow">
        ${rehearsal === undefined ? '' : rehearsalPart(props, rehearsal)}
        ${formPart(props)}
      </div>
      <aside class="flow">
        <section aria-labelledby="plan">
          ${partHead({ id: 'plan', title: `Plan ${props.plan.name}` })}
          <p>${props.plan.words}.</p>
          ${props.isOwn ? html`<form action="${props.path}" method="post"><input type="hidden" name="step" value="rehearse-plan"><p class="row"><button class="button">See what the plan’s rules would do</button></p></form>` : html`<p class="hint">These hold now.</p>`}
        </section>
        <section aria-labelledby="always">
          ${partHead({ id: 'always', title: 'Always kept' })}
          <p>What is pinned, the newest good version, everything of the last day, and one an hour of the last seven days.</p>
        </section>
      </aside>
    </div>`,
  })
}

function rehearsalSentence(reader: Reader, { going, freed, comingBack }: Rehearsal): Html {
  const small = ['Nothing has changed yet.']
  if (going === 0) {
    const back = comingBack > 0 ? `${countOf(reader, comingBack, 'version')} would come back out of the bin.` : undefined
    return sentence({ says: back ?? 'These rules would let no version go.', small })
  }
  const frees = freed === undefined ? '' : ` and free ${sizeText(reader, freed.freedBytes)}`
  return sentence({ says: `These rules would let ${countOf(reader, going, 'version')} go${frees}.`, small })
}

function rehearsalPart(props: RulesPageProps, rehearsal: Rehearsal): Html {
  const { reader, path, keptPath, values } = props
  const hidden = rehearsal.isOfPlan
    ? ''
    : ruleFields.map((field) => html`<input type="hidden" name="${field}" value="${values[field]}">`)
  return html`<section class="box" aria-labelledby="decide">
          <h2 id="decide">${rehearsal.isOfPlan ? `Back to the rules of plan ${props.plan.name}?` : 'Use these rules?'}</h2>
          <p>${consequences(reader, rehearsal)}</p>
          <form action="${path}" method="post">
            <input type="hidden" name="step" value="${rehearsal.isOfPlan ? 'apply-plan' : 'apply'}">${hidden}
            <p class="row"><button class="button primary">${icon('check')}Use these rules</button><a class="button" href="${keptPath}">Keep the rules of now</a></p>
          </form>
        </section>
        ${goingVersions(reader, rehearsal)}`
}

function consequences(reader: Reader, { going, staying, comingBack, freed }: Rehearsal): string {
  const stay = `${countOf(reader, staying, 'version')} stay.`
  const back = comingBack > 0 ? ` ${countOf(reader, comingBack, 'version')} come back out of the bin.` : ''
  if (going === 0) return `${stay}${back}`
  const loose =
    freed !== undefined && freed.looseBytes > 0
      ? ` Another ${sizeText(reader, freed.looseBytes)} come free later, when files that hold them besides others are written anew.`
      : ''
  const space =
    freed === undefined
      ? 'How much that frees would have taken too long to count.'
      : `That frees ${sizeText(reader, freed.freedBytes)} of disk once it has gone.${loose}`
  return `${stay}${back} ${countOf(reader, going, 'version')} go into the bin tonight and can be taken back for seven days. ${space}`
}

function formPart(props: RulesPageProps): Html {
  const { path, rehearsal } = props
  return html`<form action="${path}" method="post" aria-labelledby="numbers">
          ${partHead({ id: 'numbers', title: rehearsal === undefined ? 'Rules of this computer' : 'Change the numbers' })}
          <p class="hint">Each rule keeps the newest version of each of so many hours, days and so on that have one. 0 switches a rule off.</p>
          <div class="rules">${ruleFields.map((field) => numberField(props, field))}</div>
          <input type="hidden" name="step" value="rehearse">
          <p class="row"><button class="${rehearsal === undefined ? 'button primary' : 'button'}">Show what would go</button></p>
        </form>`
}

function numberField({ values, problems }: RulesPageProps, field: RuleField): Html {
  const { label, unit } = fieldWords[field]
  const problem = problems[field]
  const wrong = problem === undefined ? html`` : html` aria-invalid="true" aria-describedby="${field}-problem"`
  return html`<div class="field"><label for="${field}">${label}</label><span class="row"><input id="${field}" name="${field}" type="text" inputmode="numeric" required maxlength="5" value="${values[field]}"${wrong}><span>${unit}</span></span>${problem === undefined ? '' : html`<p class="wrong" id="${field}-problem">${problem}</p>`}</div>`
}
