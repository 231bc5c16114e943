import type { SchemaResource, Target } from './schema-resource.js'

/**
 * The dynamic anchors met on the way to a schema, the outermost of each name (2020-12 core, section
 * 8.2.3.2). A schema is linked once per scope, which makes every `$dynamicRef` an ordinary one.
 */
export interface DynamicScope {
  find(name: string): Target | undefined
  enter(resource: SchemaResource): DynamicScope
}

export function createDynamicScope(outer: ReadonlyMap<string, Target> = new Map()): DynamicScope {
  const entered = new Map<SchemaResource, DynamicScope>()
  const scope: DynamicScope = {
    find: (name) => outer.get(name),
    enter(resource) {
      const names = [...resource.dynamicAnchors].filter(([name]) => !outer.has(name))
      if (names.length === 0) return scope
      const inner = names.map(([name, schema]) => [name, { schema, resource }] as const)
      const next = entered.get(resource) ?? createDynamicScope(new Map([...outer, ...inner]))
      entered.set(resource, next)
      return next
    },
  }
  return scope
}
