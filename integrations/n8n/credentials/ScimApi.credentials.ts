// The credential: a provider and how it knows the caller. Its fields are the manifest's.
import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';
import { manifest } from '../nodes/Scim/clients.ts';
import { credentialProperties } from '../nodes/Scim/form.ts';

export class ScimApi implements ICredentialType {
	name = 'scimApi';

	displayName = 'SCIM 2.0 API';

	icon: Icon = { light: 'file:../nodes/Scim/scim.svg', dark: 'file:../nodes/Scim/scim.dark.svg' };

	documentationUrl = 'https://datatracker.ietf.org/doc/html/rfc7644';

	properties: INodeProperties[] = credentialProperties(manifest);
}
