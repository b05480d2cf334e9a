import { html } from 'hono/html'
import type { Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { checkField } from '../partials/copy-settings.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type SharingSettingsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly days: string
  /** In GiB, as typed. */
  readonly size: string
  readonly isPasswordNeeded: boolean
  readonly mayUpload: boolean
  readonly problem: { readonly field: string | undefined; readonly words: string } | undefined
  readonly isSaved: boolean
}

/** Settings, Sharing: what links of all customers may do. */
export function sharingSettingsPage(props: SharingSettingsPageProps): Page {
  const { days, size, isPasswordNeeded, mayUpload, problem, isSaved } = props
  const wrong = (name: string) => (problem?.field === name ? problem.words : undefined)
  return appPage({
    ...props,
    title: 'Sharing',
    place: 'settings',
    body: html`
    ${trail('Where this is', [{ name: 'Settings', path: '/settings' }])}
    <header class="page-head">
      <div>
        <h1 class="title">Sharing</h1>
        <p class="lead">What links may do that customers make for people outside their account. Which customers have sharing at all is a matter of their plan.</p>
      </div>
    </header>
    ${isSaved ? notice({ icon: 'circle-check', state: 'ok', words: 'The rules are kept. They hold for links that were made before, too.' }) : ''}
    <form class="box flow part" action="/settings/sharing" method="post" aria-labelledby="rules">
      <h2 id="rules">Every link</h2>
      ${field({ name: 'days', label: 'Works at most, in days', value: days, autocomplete: 'off', hint: '1 to 365. Customers choose within it; seven days are preset. Links that have longer to go end that many days after you save.', problem: wrong('days') })}
      ${checkField({ name: 'password', label: 'Has a password', isChecked: isPasswordNeeded, hint: 'Then nobody gets anything with the link alone. Links that have none rest until they are given one.' })}
      ${checkField({ name: 'upload', label: 'May take files from outside', isChecked: mayUpload, hint: 'Turned off, links that take files rest at once, and work again when it is turned on.' })}
      ${field({ name: 'size', label: 'Takes at most, in GiB in all', value: size, autocomplete: 'off', hint: 'Up to 1,024. Of links that take files from outside; those that would take more are cut down to it.', problem: wrong('size') })}
      <p class="row"><button class="button primary">${icon('check')}Save</button></p>
    </form>`,
  })
}
