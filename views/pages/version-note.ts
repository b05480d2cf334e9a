import { html } from 'hono/html'
import { whenInSentence, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import { type TrailStep, trail } from '../partials/trail.ts'
import { type VersionWordsProps, versionNote } from '../partials/version-words.ts'
import type { PageContext, Viewer } from '../site.ts'

export type VersionNotePageProps = PageContext & {
  readonly viewer: Viewer
  readonly trail: readonly TrailStep[]
  readonly computer: string
  readonly takenAtMs: number
  readonly path: string
  readonly backPath: string
  /** Where `back` leads is the route's: a word of a closed set. */
  readonly back: string
  readonly values: VersionWordsProps
  /** What was there when the form was opened, for the route to compare. */
  readonly seen: string
  /** What somebody else has written since; either may be empty. */
  readonly meanwhile: VersionWordsProps | undefined
  readonly isNamed: boolean
  readonly problems: Readonly<Partial<Record<'name' | 'note', string>>>
  readonly nameMaxCharacters: number
  readonly noteMaxCharacters: number
}

/** What people write about a version, so that it is found again among hundreds. */
export function versionNotePage(props: VersionNotePageProps): Page {
  const { reader, computer, takenAtMs, isNamed } = props
  return appPage({
    ...props,
    title: `Name and note, ${computer}, ${whenText(reader, takenAtMs)}`,
    place: 'computers',
    body: html`
    ${trail('Where this is', props.trail)}
    <header class="page-head"><div>${sentence({
      says: isNamed ? 'Change what is written about this version.' : 'Give this version a name?',
      small: [`${computer}, ${whenInSentence(reader, takenAtMs)}.`],
    })}</div></header>
    ${props.meanwhile === undefined ? '' : meanwhileBox(props.meanwhile)}
    ${form(props)}`,
  })
}

function meanwhileBox(words: VersionWordsProps): Html {
  const isNothing = words.name === '' && words.note === ''
  return html`<section class="part" aria-labelledby="meanwhile">
      ${partHead({ id: 'meanwhile', title: 'Somebody else has written meanwhile' })}
      ${isNothing ? html`<p>The name and the note were removed.</p>` : ''}${words.name === '' ? '' : html`<p class="name"><bdi class="exact">${words.name}</bdi></p>`}${words.note === '' ? '' : versionNote(words.note)}
      <p class="hint">What you typed is below and not saved yet. Save puts it in place of this.</p>
    </section>`
}

function form(props: VersionNotePageProps): Html {
  const { path, back, seen, backPath, values, problems, isNamed } = props
  return html`<form class="box part flow" action="${path}" method="post" aria-labelledby="words">
      <h2 id="words">Name and note</h2>
      <p class="hint">The people of this account read them. A name alone keeps nothing: “Pin” does.</p>
      <input type="hidden" name="back" value="${back}">
      <input type="hidden" name="seen" value="${seen}">
      <div class="field"><label for="name">Name</label><input id="name" name="name" type="text" maxlength="${props.nameMaxCharacters}" value="${values.name}" autocomplete="off" aria-describedby="name-hint${problems.name === undefined ? '' : ' name-problem'}"${invalid(problems.name)}><p class="hint" id="name-hint">In a few words: “Before the new accounts”. Leave both empty to remove them.</p>${said('name', problems.name)}</div>
      <div class="field"><label for="note">Note</label><textarea id="note" name="note" rows="6" maxlength="${props.noteMaxCharacters}"${problems.note === undefined ? '' : html` aria-describedby="note-problem"`}${invalid(problems.note)}>
${values.note}</textarea>${said('note', problems.note)}</div>
      <p class="row"><button class="button primary">${icon('check')}Save</button><a class="button" href="${backPath}">${isNamed ? 'Leave it as it is' : 'Do without'}</a></p>
    </form>`
}

function invalid(problem: string | undefined): Html {
  return problem === undefined ? html`` : html` aria-invalid="true"`
}

function said(name: string, problem: string | undefined): Html {
  return problem === undefined ? html`` : html`<p class="wrong" id="${name}-problem">${problem}</p>`
}
