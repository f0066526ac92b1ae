import { deviceConfigurations as family, readOmaSecret } from '../../../policies/index.ts';
import { parseQuery } from '../query/query.ts';
import { bothVersions, castType, idOfKey, type GraphRoute } from '../route.ts';
import { refuse } from '../violation.ts';
import { configurationsPath, configurationType } from './device-configuration.ts';

const parameter = 'secretReferenceValueId';

/** @see https://learn.microsoft.com/graph/api/intune-deviceconfig-deviceconfiguration-getomasettingplaintextvalue */
export const omaSettingPlainTextRoute: GraphRoute = {
  method: 'GET',
  template: `${configurationsPath}/{id}/getOmaSettingPlainTextValue(${parameter}='{${parameter}}')`,
  versions: bothVersions,
  flavour: 'intune',
  permission: 'deviceConfiguration.read',
  async handle(request) {
    const { model, match, search } = request;
    const type = castType(request, configurationType);
    parseQuery({ model, type, options: ['format'], maxTop: 0, expandable: [] }, search);
    const reference = match.parameters.get(parameter.toLowerCase());
    if (reference === undefined) {
      throw refuse(
        parameter,
        `The function needs the parameter '${parameter}': getOmaSettingPlainTextValue(${parameter}='…').`,
      );
    }
    const id = idOfKey(match, 0, family.noun);
    const value = await request.change((context) => readOmaSecret(context, id, reference));
    return { status: 200, subject: { kind: 'value', type: 'Edm.String' }, body: { value } };
  },
};
