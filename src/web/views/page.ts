/** The frame that all pages stand in. */
import { assetPath } from '../assets.ts'
import { type Html, html } from '../html.ts'
import { translator } from '../messages/index.ts'
import { nextcloudHost, overviewPath, type PageContext } from './context.ts'
import { button, host, name, tidy } from './parts.ts'

/** What one page adds to the frame. */
export interface PageContent {
  /** Plain text, for the title of the window. */
  readonly title: string
  readonly main: Html
  /** Whether the title must say that something is wrong. */
  readonly isProblem?: boolean
  /** Where the form of the sign-out button goes, on pages that have one. */
  readonly signOutAction?: string
  /** Further elements of the head. */
  readonly head?: Html
}

/** A whole document. */
export function page(context: PageContext, content: PageContent): string {
  const { base, language } = context
  const say = translator(language)
  const title = content.isProblem
    ? say.text('title.problem', { title: content.title })
    : content.title
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>${say('title.frame', { title, brand: say('brand'), host: nextcloudHost(context) })}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="${base}${assetPath('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${base}${assetPath('style.css')}">
<script type="module" src="${base}${assetPath('times.js')}"></script>
${content.head}
</head>
<body>
${header(context, content.signOutAction)}
<main>
${content.main}
</main>
</body>
</html>
`.toString()
}

function header(context: PageContext, signOutAction: string | undefined): Html {
  const { base, user } = context
  const say = translator(context.language)
  const brand = html`<img src="${base}${assetPath('icon.svg')}" alt="" width="36" height="36">
<span><strong>${say('brand')}</strong> ${host(nextcloudHost(context))}</span>`
  return html`<header>
${
  user
    ? html`<a class="brand" href="${overviewPath(context)}">${brand}</a>`
    : html`<div class="brand">${brand}</div>`
}
${
  user &&
  html`<p class="user"><span class="hidden">${say('account')}: </span>${name(tidy(user.displayName ?? '') || user.id, user.id)}</p>`
}
${signOutAction !== undefined && button(context, signOutAction, say('sign-out'), 'quiet')}
</header>`
}
