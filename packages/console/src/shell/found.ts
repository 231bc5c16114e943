import { MAX_SEARCH_CHARS, type SearchAnswer, type SearchHit } from '@epr/model'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { LinkOptions } from '@tanstack/react-router'
import { api } from '../data/api.js'
import { nvrppOf } from '../data/gate-rows.js'

/** A thing that was found: how it is called, and where it is seen. */
export interface Found {
  key: string
  word: string
  about: string
  link: LinkOptions
}

/** The words of a section, by the kind of what is in it. */
export const HIT_TITLES: Record<SearchHit['kind'], string> = {
  event: 'Events',
  artifact: 'Artifacts',
  component: 'Artifacts that have the component',
  group: 'Gates',
  receiver: 'Receivers',
  message: 'Messages',
}

function linkTo(hit: SearchHit): LinkOptions {
  switch (hit.kind) {
    case 'event':
      return { to: '/events/$id', params: { id: hit.id } }
    case 'artifact':
      return { to: '/artifact', search: nvrppOf(hit) }
    case 'component':
      return { to: '/artifact', search: nvrppOf(hit.artifact) }
    case 'group':
      return { to: '/gates/$group', params: { group: hit.id } }
    case 'receiver':
      return { to: '/receivers/$id', params: { id: hit.id } }
    case 'message':
      return hit.event_id === null ? { to: '/feed' } : { to: '/events/$id', params: { id: hit.event_id } }
  }
}

function aboutOf(hit: SearchHit): string {
  switch (hit.kind) {
    case 'event':
      return `${hit.success ? 'passed' : 'failed'} ${hit.created_at} · ${hit.description}`
    case 'artifact':
      return `${hit.release} · ${hit.platform_id} · ${hit.package}`
    case 'component':
      return `has ${hit.component.name} ${hit.component.version ?? ''}`
    case 'group':
    case 'receiver':
      return hit.type
    case 'message':
      return `${hit.says} ${hit.time}`
  }
}

export function toFound(hit: SearchHit): Found {
  const { name, version } = hit.kind === 'component' ? hit.artifact : hit
  return {
    key: `${hit.kind} ${hit.path}`,
    word: `${name} ${version}`,
    about: aboutOf(hit),
    link: linkTo(hit),
  }
}

/** What the text was taken for, or what was tried. */
export function say({ taken_for, tried, notes }: SearchAnswer): string {
  const said =
    taken_for.length > 0
      ? `taken for ${taken_for.map(({ words }) => words).join(', ')}`
      : tried.length > 0
        ? `not found: tried ${tried.join(', ')}`
        : ''
  return [said, ...notes].filter((part) => part !== '').join('. ')
}

export const useSearch = (text: string) =>
  useQuery({
    queryKey: ['search', text],
    enabled: text !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api().search(text.slice(0, MAX_SEARCH_CHARS), { signal }),
  })
