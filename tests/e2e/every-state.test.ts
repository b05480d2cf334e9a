import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SamplePagesServer, serveSamplePages } from '../support/sample-pages-server.ts'
import { pageSamples } from '../views/page-samples.ts'
import { chromiumPath, complaintsOf, neededBrowser, type OpenBrowser, openBrowser, patienceMs } from './browser.ts'
import { axeViolations, showInstead, sidewaysScrolls } from './page-checks.ts'

let server: SamplePagesServer
let browser: OpenBrowser
/** One for all samples: a page costs more to open than to look at. */
let page: Page
let shown = 0
/** What a sample leaves in the window, timers above all, is left behind now and then. */
const samplesPerWindow = 20
let complaints: readonly string[]

describe.skipIf(chromiumPath === undefined)(`every page in every state${neededBrowser}`, { timeout: patienceMs }, () => {
  beforeAll(async () => {
    server = await serveSamplePages()
    browser = await openBrowser()
    page = await browser.newPage()
    complaints = complaintsOf(page)
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  test.each(Object.keys(pageSamples))('%s: accessible by day and by night, never wider than the screen', async (sample) => {
    const earlier = complaints.length
    await page.setViewportSize({ width: 1280, height: 900 })
    if (shown++ % samplesPerWindow === 0) await page.goto(server.urlOf(sample))
    else await showInstead(page, server.urlOf(sample))
    expect({
      inTheWay: await axeViolations(page),
      tooWide: await sidewaysScrolls(page),
      complaints: complaints.slice(earlier),
    }).toEqual({ inTheWay: [], tooWide: [], complaints: [] })
  })
})
