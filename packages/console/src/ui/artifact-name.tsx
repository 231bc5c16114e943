import type { Nvrpp } from '@epr/model'
import { Link } from '@tanstack/react-router'
import { nvrppOf } from '../data/gate-rows.js'
import { visible } from './text.js'
import css from './ui.module.css'

const REST = ['release', 'platform_id', 'package'] as const
export type RestField = (typeof REST)[number]

/** The fields that tell artifacts apart beside name and version; those in which all agree say nothing. */
export const differing = (artifacts: readonly Nvrpp[]): RestField[] =>
  REST.filter((field) => new Set(artifacts.map((artifact) => artifact[field])).size > 1)

/** What all of them are. */
export const agreed = (artifacts: readonly Nvrpp[]): string => {
  const [first] = artifacts
  const apart = new Set(differing(artifacts))
  return first === undefined
    ? ''
    : REST.filter((field) => !apart.has(field))
        .map((field) => first[field])
        .join(' · ')
}

/** An artifact's name and version, and smaller what else tells it apart; a link to its view. */
export function ArtifactName({
  nvrpp,
  isLink = true,
  rest = REST,
}: {
  nvrpp: Nvrpp
  isLink?: boolean
  rest?: readonly RestField[]
}) {
  const words = (
    <>
      {visible(nvrpp.name)} <b>{visible(nvrpp.version)}</b>
    </>
  )
  return (
    <span className={css.name}>
      {isLink ? (
        <Link to="/artifact" search={nvrppOf(nvrpp)}>
          {words}
        </Link>
      ) : (
        words
      )}{' '}
      {rest.length > 0 && (
        <span className={css.rest}>{visible(rest.map((field) => nvrpp[field]).join(' · '))}</span>
      )}
    </span>
  )
}
