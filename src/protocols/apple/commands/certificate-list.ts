import { Type } from 'typebox';
import { appleCommand, everySystem } from './command.ts';
import { Arguments, Data, Told } from './shape.ts';

export const certificateList = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/certificate-list-command',
  requestType: 'CertificateList',
  arguments: Arguments({ ManagedOnly: Type.Optional(Type.Boolean()) }),
  answer: Told({
    CertificateList: Type.Array(
      Told({ CommonName: Type.String(), IsIdentity: Type.Boolean(), Data: Data() }),
    ),
  }),
  inventory: 'certificates',
  systems: everySystem,
  repeatable: true,
});
