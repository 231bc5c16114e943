import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** Holds values to schemas as the registry does; `documents` are what they may refer to. */
export function createValidator(documents: Iterable<object> = []): (schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, ownProperties: true, addUsedSchema: false })
  addFormats.default(ajv)
  for (const document of documents) ajv.addSchema(document)
  return (schema) => ajv.compile(schema)
}
