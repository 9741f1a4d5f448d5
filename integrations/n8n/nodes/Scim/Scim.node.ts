// The node as it runs: an operation for each item, and what the editor asks for. What operations there are, and their forms, the manifest
// says.
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INode,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeListSearchResult,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
	JsonObject,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { NodeApiError, NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
import { kind, leaves } from '../../client/lib/forms.js';
import type { ScimClient } from '../../client/lib/index.js';
import { clientOf, made, manifest } from './clients.ts';
import { method, OWN, properties, sensitive, sources, type Operation } from './form.ts';
import { input, items, limit, record, verdict } from './values.ts';

/** What was asked for on each page, where no more than that was wanted. */
const PAGE = 100;

/** An error of n8n's, with the failure's record and nothing else. */
function told(node: INode, error: Error, itemIndex?: number): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const members = record(error);
	const doubt = members.maybeApplied ? 'The provider may have carried it out: look before you repeat it. ' : '';
	const { detail, maybeApplied, problems, excerpt, ...short } = members;
	const description = `${doubt}${Object.entries(short).map(([name, value]) => `${name}: ${value}`).join(', ')}`;
	const message = String(detail);
	const made = members.status === undefined
		? new NodeOperationError(node, message, { itemIndex, description })
		: new NodeApiError(node, members as JsonObject, { message, description, httpCode: String(members.status), itemIndex });
	made.context.data = { ...short, maybeApplied, problems, excerpt } as never;
	return made;
}

/** Lists up to a number of resources, or all; what is missing at the end of all is an error. */
async function listed(client: ScimClient, operation: Operation, given: { [name: string]: unknown }, most: number, options: object) {
	const size = operation.paging!.size.slice(1);
	const asked = given[size] === undefined && most <= PAGE ? { ...given, [size]: most } : given;
	const output: unknown[] = [];
	const warnings = new Set<string>();
	const listing = client[operation.name as 'listUsers'](asked, options);
	for await (const page of listing.pages()) {
		for (const warning of page.warnings) warnings.add(warning);
		for (const resource of page.resources) output.push(resource);
		if (output.length >= most) break;
	}
	return { output: output.slice(0, most), warnings: [...warnings] };
}

/** What was chosen from a list or typed; other parameters are what they are. */
const chosen = (value: unknown) => ((value as { __rl?: boolean } | null)?.__rl ? (value as { value: unknown }).value : value);

/** Carries out the operation for an item. */
async function carriedOut(of: IExecuteFunctions, itemIndex: number): Promise<INodeExecutionData[]> {
	const read = (name: string) => chosen(of.getNodeParameter(name, itemIndex, null));
	const operation = manifest.operations.find(({ name, available }) => available && name === read('operation'));
	if (!operation) throw new NodeOperationError(of.getNode(), 'There is no such operation', { itemIndex });
	const client = clientOf(await of.getCredentials('scimApi', itemIndex));
	const given = input(operation, read);
	const options = { signal: of.getExecutionCancelSignal(), runId: of.getExecutionId() };
	const { output, warnings } = operation.paginated
		? await listed(client, operation, given, limit(read), options)
		: await client.call(operation.name, given, options);
	of.addExecutionHints(...warnings.map((message) => ({ message, type: 'warning' as const, location: 'outputPane' as const })));
	return items(operation, output).map((json) => ({ json: json as never, pairedItem: { item: itemIndex } }));
}

/** What the credential's client gives the editor. */
async function reported<Gives>(of: ILoadOptionsFunctions, ask: (client: ScimClient) => Promise<Gives>): Promise<Gives> {
	try {
		return await ask(clientOf(await of.getCredentials('scimApi')));
	} catch (error) {
		throw told(of.getNode(), error as Error);
	}
}

/** The choices of a source. */
async function choices(of: ILoadOptionsFunctions, source: string): Promise<INodePropertyOptions[]> {
	const parameter = (name: string) => String(chosen(of.getCurrentNodeParameter(name)) ?? '');
	const text = source.replace(/\{(\w+)\}/g, (_, name: string) => parameter(name));
	if (text.endsWith(':')) return [];
	const known = manifest.sources as { [name: string]: { values?: Array<{ value: string; label: string }> } | undefined };
	const found = known[text]?.values ?? (await reported(of, (client) => client.choices(text)));
	return found.map(({ value, label }) => ({ name: label === value ? label : `${label} (${value})`, value }));
}

/** Attributes that the provider has and the form has not. */
async function ownAttributes(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const emptyFieldsNotice = 'The provider has no other attributes than those of the form.';
	if (!this.getNode().credentials?.scimApi) return { fields: [], emptyFieldsNotice: 'Attributes of your provider: choose a credential, and open the node again.' };
	const name = String(this.getCurrentNodeParameter('operation'));
	const operation = manifest.operations.find((one) => one.name === name);
	const schema = await reported(this, (client) => client.schema(name as 'createUser'));
	const known = new Set(operation ? leaves(operation.input).map(({ pointer }) => pointer) : []);
	const types = { enum: 'options', boolean: 'boolean', number: 'number', string: 'string', strings: 'array', objects: 'array', json: 'object' } as const;
	const fields = leaves(schema).filter(({ pointer }) => !known.has(pointer)).map((field): ResourceMapperField => ({
		id: field.pointer,
		displayName: [...field.above.slice(1), field.schema.title ?? field.name].join(': '),
		type: types[kind(field.schema)],
		options: field.schema.enum?.map((value) => ({ name: String(value), value: String(value) })),
		required: false,
		defaultMatch: false,
		display: true,
	}));
	return { fields, emptyFieldsNotice };
}

const named = <Gives>(make: (source: string) => Gives): { [name: string]: Gives } => Object.fromEntries(sources(manifest).map((source) => [method(source), make(source)]));

export class Scim implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SCIM 2.0',
		name: 'scim',
		icon: { light: 'file:scim.svg', dark: 'file:scim.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{$parameter["operation"]}}',
		description: 'Create, change and remove users and groups in any SCIM 2.0 provider',
		defaults: { name: 'SCIM' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'scimApi', required: true, testedBy: 'scimConnection' }],
		properties: properties(manifest),
		sensitiveOutputFields: sensitive(manifest),
	};

	methods = {
		credentialTest: {
			async scimConnection(this: ICredentialTestFunctions, { data = {} }: ICredentialsDecrypted<ICredentialDataDecryptedObject>): Promise<INodeCredentialTestResult> {
				let client: ScimClient | undefined;
				try {
					client = made(data);
					const report = await client.test();
					return { status: report.ok ? 'OK' : 'Error', message: verdict(report) };
				} catch (error) {
					return { status: 'Error', message: (error as Error).message };
				} finally {
					await client?.close();
				}
			},
		},
		loadOptions: named((source) => async function load(this: ILoadOptionsFunctions) { return await choices(this, source); }),
		listSearch: named((source) => async function search(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
			const wanted = filter.toLowerCase();
			return { results: (await choices(this, source)).filter(({ name }) => name.toLowerCase().includes(wanted)) };
		}),
		resourceMapping: { [OWN]: ownAttributes },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const results: INodeExecutionData[] = [];
		for (let item = 0; item < this.getInputData().length; item += 1) {
			try {
				results.push(...(await carriedOut(this, item)));
			} catch (error) {
				if (!this.continueOnFail()) throw told(this.getNode(), error as Error, item);
				results.push({ json: { error: record(error as Error) as never }, pairedItem: { item } });
			}
		}
		return [results];
	}
}
