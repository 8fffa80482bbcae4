/** Stands in a bundle for the SDK's question to the metadata of an EC2 instance where it is: Lambda says so in `AWS_REGION`. */
export const getInstanceMetadataRegion = async () => undefined
