// The services that have roles of their own, as their user guides list them.

#include "server/iam/service_role_names.h"

#include <algorithm>
#include <iterator>

namespace keymill::iam {
namespace {

constexpr ServiceRoleName kNames[] = {
    {"access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy", false},
    {"acm", "CertificateManager", "CertificateManagerServiceRolePolicy", false},
    {"application-insights", "ApplicationInsights", "", false},
    {"appmesh", "AppMesh", "AWSAppMeshServiceRolePolicy", false},
    {"appstream.application-autoscaling", "ApplicationAutoScaling_AppStreamFleet",
     "AWSApplicationAutoscalingAppStreamFleetPolicy", false},
    {"autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy", true},
    {"autoscaling-plans", "AutoScalingPlans_EC2AutoScaling", "AWSAutoScalingPlansEC2AutoScalingPolicy", false},
    {"backup", "Backup", "", false},
    {"batch", "Batch", "BatchServiceRolePolicy", false},
    {"cassandra.application-autoscaling", "ApplicationAutoScaling_CassandraTable",
     "AWSApplicationAutoscalingCassandraTablePolicy", false},
    {"channels.lex", "LexChannels", "LexChannelPolicy", false},
    {"channels.lexv2", "LexV2Channels", "", true},
    {"cks.kms", "KeyManagementServiceCustomKeyStores", "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
     false},
    {"cloud9", "AWSCloud9", "AWSCloud9ServiceRolePolicy", false},
    {"cloudhsm", "CloudHSM", "CloudHSMServiceRolePolicy", false},
    {"cloudtrail", "CloudTrail", "CloudTrailServiceRolePolicy", false},
    {"cloudwatch-crossaccount", "CloudWatchCrossAccount", "CloudWatch-CrossAccountAccess", false},
    {"codeguru-reviewer", "AmazonCodeGuruReviewer", "AmazonCodeGuruReviewerServiceRolePolicy", false},
    {"codestar-notifications", "CodeStarNotifications", "AWSCodeStarNotificationsServiceRolePolicy", false},
    {"comprehend.application-autoscaling", "ApplicationAutoScaling_ComprehendEndpoint",
     "AWSApplicationAutoscalingComprehendEndpointPolicy", false},
    {"compute-optimizer", "ComputeOptimizer", "ComputeOptimizerServiceRolePolicy", false},
    {"config", "Config", "", false},
    {"config-conforms", "ConfigConforms", "ConfigConformsServiceRolePolicy", false},
    {"connect", "AmazonConnect", "", true},
    {"custom-resource.application-autoscaling", "ApplicationAutoScaling_CustomResource",
     "AWSApplicationAutoScalingCustomResourcePolicy", false},
    {"dax", "DAX", "DAXServiceRolePolicy", false},
    {"devops-guru", "DevOpsGuru", "AmazonDevOpsGuruServiceRolePolicy", false},
    {"dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable",
     "AWSApplicationAutoscalingDynamoDBTablePolicy", false},
    {"ec2.application-autoscaling", "ApplicationAutoScaling_EC2SpotFleetRequest",
     "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy", false},
    {"ec2fleet", "EC2Fleet", "AWSEC2FleetServiceRolePolicy", false},
    {"ec2scheduled", "EC2ScheduledInstances", "", false},
    {"ecs", "ECS", "AmazonECSServiceRolePolicy", false},
    {"ecs.application-autoscaling", "ApplicationAutoScaling_ECSService", "AWSApplicationAutoscalingECSServicePolicy",
     false},
    {"eks", "AmazonEKS", "AmazonEKSServiceRolePolicy", false},
    {"eks-connector", "AmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy", false},
    {"eks-fargate", "AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy", false},
    {"eks-nodegroup", "AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup", false},
    {"elasticache", "ElastiCache", "ElastiCacheServiceRolePolicy", false},
    {"elasticache.application-autoscaling", "ApplicationAutoScaling_ElastiCacheRG",
     "AWSApplicationAutoscalingElastiCacheRGPolicy", false},
    {"elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy", false},
    {"elasticfilesystem", "AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy", false},
    {"elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy", false},
    {"elasticmapreduce", "EMRCleanup", "AmazonEMRCleanupPolicy", false},
    {"elasticmapreduce.application-autoscaling", "ApplicationAutoScaling_EMRInstanceGroup",
     "AWSApplicationAutoscalingEMRInstanceGroupPolicy", false},
    {"email.cognito-idp", "AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy", false},
    {"es", "AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy", false},
    {"events", "CloudWatchEvents", "CloudWatchEventsServiceRolePolicy", false},
    {"fms", "FMS", "", false},
    {"fsx", "AmazonFSx", "AmazonFSxServiceRolePolicy", false},
    {"globalaccelerator", "GlobalAccelerator", "AWSGlobalAcceleratorSLRPolicy", false},
    {"guardduty", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy", false},
    {"imagebuilder", "ImageBuilder", "", false},
    {"inspector", "AmazonInspector", "AmazonInspectorServiceRolePolicy", false},
    {"inspector2", "AmazonInspector2", "", false},
    {"kafka", "Kafka", "KafkaServiceRolePolicy", false},
    {"kafka.application-autoscaling", "ApplicationAutoScaling_KafkaCluster",
     "AWSApplicationAutoscalingKafkaClusterPolicy", false},
    {"lakeformation", "LakeFormationDataAccess", "LakeFormationDataAccessServiceRolePolicy", false},
    {"lambda.application-autoscaling", "ApplicationAutoScaling_LambdaConcurrency",
     "AWSApplicationAutoscalingLambdaConcurrencyPolicy", false},
    {"lex", "LexBots", "", false},
    {"lexv2", "LexV2Bots", "AmazonLexV2BotPolicy", true},
    {"logger.cloudfront", "CloudFrontLogger", "AWSCloudFrontLogger", false},
    {"macie", "AmazonMacie", "AmazonMacieServiceRolePolicy", false},
    {"maintenance.elasticbeanstalk", "ElasticBeanstalkMaintenance", "AWSElasticBeanstalkMaintenance", false},
    {"managedupdates.elasticbeanstalk", "ElasticBeanstalkManagedUpdates",
     "AWSElasticBeanstalkManagedUpdatesServiceRolePolicy", false},
    {"member.org.stacksets.cloudformation", "CloudFormationStackSetsOrgMember",
     "CloudFormationStackSetsOrgMemberServiceRolePolicy", false},
    {"mq", "AmazonMQ", "AmazonMQServiceRolePolicy", false},
    {"mrk.kms", "KeyManagementServiceMultiRegionKeys", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy",
     false},
    {"neptune.application-autoscaling", "ApplicationAutoScaling_NeptuneCluster",
     "AWSApplicationAutoscalingNeptuneClusterPolicy", false},
    {"network-firewall", "NetworkFirewall", "", false},
    {"observability.aoss", "AmazonOpenSearchServerless", "AmazonOpenSearchServerlessServiceRolePolicy", false},
    {"opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy", false},
    {"ops.apigateway", "APIGateway", "APIGatewayServiceRolePolicy", false},
    {"organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy", false},
    {"pullthroughcache.ecr", "ECRPullThroughCache", "AWSECRPullThroughCache_ServiceRolePolicy", false},
    {"ram", "ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy", false},
    {"rds", "RDS", "AmazonRDSServiceRolePolicy", false},
    {"rds.application-autoscaling", "ApplicationAutoScaling_RDSCluster", "AWSApplicationAutoscalingRDSClusterPolicy",
     false},
    {"redshift", "Redshift", "AmazonRedshiftServiceLinkedRolePolicy", false},
    {"replication.dynamodb", "DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy", false},
    {"replication.ecr", "ECRReplication", "ECRReplicationServiceRolePolicy", false},
    {"replicator.lambda", "LambdaReplicator", "AWSLambdaReplicator", false},
    {"resource-explorer-2", "ResourceExplorer", "", false},
    {"route53resolver", "Route53Resolver", "Route53ResolverServiceRolePolicy", false},
    {"sagemaker.application-autoscaling", "ApplicationAutoScaling_SageMakerEndpoint",
     "AWSApplicationAutoscalingSageMakerEndpointPolicy", false},
    {"securityhub", "SecurityHub", "AWSSecurityHubServiceRolePolicy", false},
    {"servicequotas", "ServiceQuotas", "ServiceQuotasServiceRolePolicy", false},
    {"shield", "AWSShield", "AWSShieldServiceRolePolicy", false},
    {"spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy", false},
    {"spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy", false},
    {"ssm", "AmazonSSM", "AmazonSSMServiceRolePolicy", false},
    {"sso", "SSO", "AWSSSOServiceRolePolicy", false},
    {"stacksets.cloudformation", "CloudFormationStackSetsOrgAdmin", "CloudFormationStackSetsOrgAdminServiceRolePolicy",
     false},
    {"support", "Support", "", false},
    {"transitgateway", "VPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy", false},
    {"trustedadvisor", "TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy", false},
    {"waf", "WAFLogging", "WAFLoggingServiceRolePolicy", false},
    {"waf-regional", "WAFRegionalLogging", "WAFRegionalLoggingServiceRolePolicy", false},
    {"wafv2", "WAFV2Logging", "WAFV2LoggingServiceRolePolicy", false},
};
static_assert(std::is_sorted(std::begin(kNames), std::end(kNames),
                             [](const ServiceRoleName& a, const ServiceRoleName& b) { return a.service < b.service; }));

}  // namespace

const ServiceRoleName* FindServiceRoleName(std::string_view service) {
  const auto found =
      std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& name) { return name.service == service; });
  return found == std::end(kNames) ? nullptr : found;
}

std::string ServiceRoleNameOf(std::string_view service, const std::optional<std::string>& suffix) {
  const ServiceRoleName* known = FindServiceRoleName(service);
  std::string name(known != nullptr ? known->name : service.substr(0, service.find('.')));
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return "AWSServiceRoleFor" + name + (suffix ? "_" + *suffix : "");
}

}  // namespace keymill::iam
