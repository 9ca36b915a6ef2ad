import { childOf, parseXml, type XmlElement } from '../xml.ts'

/** An article as its feed has it. */
export interface FeedArticle {
  guid: string
  url: string | null
  title: string
  author: string | null
  /** Unix seconds. */
  published: number
  /** HTML without scripts. */
  body: string | null
  enclosure: { link: string; mime: string } | null
}

/** A feed as it was read. */
export interface FeedContent {
  title: string
  link: string | null
  /** The latest first. */
  articles: FeedArticle[]
}

const encoded = '{http://purl.org/rss/1.0/modules/content/}encoded'
const atom = '{http://www.w3.org/2005/Atom}'

/** Reads RSS 2.0 or Atom; undefined for anything else. */
export function readFeed(text: string): FeedContent | undefined {
  let root: XmlElement
  try {
    root = parseXml(text)
  } catch {
    return undefined
  }
  const channel = childOf(root, '{}channel')
  if (root.name === '{}rss' && channel !== undefined) return rss(channel)
  return root.name === `${atom}feed` ? atomFeed(root) : undefined
}

function rss(channel: XmlElement): FeedContent {
  return {
    title: plain(textOf(channel, '{}title')),
    link: textOf(channel, '{}link') || null,
    articles: childrenOf(channel, '{}item').map(item => {
      const link = textOf(item, '{}link')
      const enclosure = childOf(item, '{}enclosure')?.attributes
      return {
        guid: textOf(item, '{}guid') || link,
        url: link || null,
        title: plain(textOf(item, '{}title')),
        author: plain(textOf(item, '{}author')) || null,
        published: secondsOf(textOf(item, '{}pubDate')),
        body: purified(textOf(item, encoded) || textOf(item, '{}description')),
        enclosure: enclosure?.url ? { link: enclosure.url, mime: enclosure.type ?? '' } : null,
      }
    }),
  }
}

function atomFeed(feed: XmlElement): FeedContent {
  const linkOf = (element: XmlElement) => childOf(element, `${atom}link`)?.attributes.href ?? null
  return {
    title: plain(textOf(feed, `${atom}title`)),
    link: linkOf(feed),
    articles: childrenOf(feed, `${atom}entry`).map(entry => ({
      guid: textOf(entry, `${atom}id`),
      url: linkOf(entry),
      title: plain(textOf(entry, `${atom}title`)),
      author: plain(textOf(childOf(entry, `${atom}author`), `${atom}name`)) || null,
      published: secondsOf(textOf(entry, `${atom}updated`)),
      body: purified(textOf(entry, `${atom}content`) || textOf(entry, `${atom}summary`)),
      enclosure: null,
    })),
  }
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(child => child.name === name)
}

function textOf(element: XmlElement | undefined, name: string): string {
  return childOf(element, name)?.text.trim() ?? ''
}

function plain(text: string): string {
  return text.replace(/<[^>]*>/g, '').trim()
}

function purified(html: string): string | null {
  return html === '' ? null : html.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, '')
}

function secondsOf(date: string): number {
  const time = Date.parse(date)
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000)
}
