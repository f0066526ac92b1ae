export { answerAppliveryRequest } from './answer-request.ts';
export { endpoints as appliveryEndpoints } from './endpoints.ts';
export { permissionOfName as permissionOfAppliveryName } from './permissions.ts';
export { appliveryRoutes } from './routes.ts';
