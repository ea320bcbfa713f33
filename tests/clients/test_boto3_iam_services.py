"""boto3: what ties IAM to others: service-specific credentials, service-linked roles, identity providers, last access."""

from aws import message, refused


# --- service-specific credentials ------------------------------------------------------------------------------------

GIT = "codecommit.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"


def test_service_passwords_are_shown_once_and_reset(iam, name):
    made = iam.create_service_specific_credential(UserName=name, ServiceName=GIT)["ServiceSpecificCredential"]
    assert made["ServiceUserName"] == f"{name}-at-123456789012" and made["Status"] == "Active"
    assert made["ServiceSpecificCredentialId"].startswith("ACCA") and made["ServicePassword"]
    second = iam.create_service_specific_credential(UserName=name, ServiceName=GIT)["ServiceSpecificCredential"]
    assert second["ServiceUserName"] == f"{name}+1-at-123456789012"
    with refused("LimitExceeded", 409):
        iam.create_service_specific_credential(UserName=name, ServiceName=GIT)
    listed = iam.list_service_specific_credentials(UserName=name, ServiceName=GIT)["ServiceSpecificCredentials"]
    assert len(listed) == 2 and not any("ServicePassword" in entry for entry in listed)
    one = {"UserName": name, "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    reset = iam.reset_service_specific_credential(**one)["ServiceSpecificCredential"]
    assert reset["ServicePassword"] != made["ServicePassword"]
    iam.update_service_specific_credential(**one, Status="Inactive")
    states = {e["ServiceSpecificCredentialId"]: e["Status"]
              for e in iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"]}
    assert states[made["ServiceSpecificCredentialId"]] == "Inactive"
    with refused("DeleteConflict", 409) as error:
        iam.delete_user(UserName=name)
    assert message(error) == "Cannot delete entity, must remove referenced objects first."
    for credential in (made, second):
        iam.delete_service_specific_credential(
            UserName=name, ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"])
    for call in (iam.delete_service_specific_credential, iam.reset_service_specific_credential):
        with refused("NoSuchEntity", 404):
            call(**one)


def test_api_keys_expire_and_passwords_do_not(iam, name):
    made = iam.create_service_specific_credential(UserName=name, ServiceName=BEDROCK, CredentialAgeDays=30)
    key = made["ServiceSpecificCredential"]
    assert (key["ExpirationDate"] - key["CreateDate"]).days == 30
    assert key["ServiceCredentialSecret"] and "ServicePassword" not in key
    with refused("InvalidInput", 400):
        iam.create_service_specific_credential(UserName=name, ServiceName=GIT, CredentialAgeDays=30)
    with refused("NotSupportedService", 404):
        iam.create_service_specific_credential(UserName=name, ServiceName="coffee.amazonaws.com")
    with refused("NoSuchEntity", 404):
        iam.create_service_specific_credential(UserName=name + "x", ServiceName=GIT)
    of_all = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    assert key["ServiceSpecificCredentialId"] in [entry["ServiceSpecificCredentialId"] for entry in of_all]
    iam.delete_service_specific_credential(UserName=name,
                                           ServiceSpecificCredentialId=key["ServiceSpecificCredentialId"])


# --- service-linked roles --------------------------------------------------------------------------------------------


def test_a_service_linked_role_belongs_to_its_service(iam, unique):
    suffix = unique("s")
    role = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=suffix,
                                          Description="d")["Role"]
    assert role["RoleName"] == f"AWSServiceRoleForAutoScaling_{suffix}"
    assert role["Path"] == "/aws-service-role/autoscaling.amazonaws.com/"
    trust = iam.get_role(RoleName=role["RoleName"])["Role"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"Service": "autoscaling.amazonaws.com"} and trust["Action"] == "sts:AssumeRole"
    with refused("InvalidInput", 400):
        iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=suffix)
    with refused("InvalidInput", 400):
        iam.create_service_linked_role(AWSServiceName="example.com")
    with refused("UnmodifiableEntity", 400):
        iam.delete_role(RoleName=role["RoleName"])
    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    for call in (iam.get_role, iam.delete_service_linked_role):
        with refused("NoSuchEntity", 404):
            call(RoleName=role["RoleName"])
    with refused("NoSuchEntity", 404):
        iam.get_service_linked_role_deletion_status(DeletionTaskId=task + "x")


# --- SAML providers --------------------------------------------------------------------------------------------------


def metadata(entity: str, more: str = "") -> str:
    filler = "<!-- " + "x" * 1000 + " -->"  # the service model asks for 1000 characters
    return (f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}"{more}>'
            f'<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>{filler}'
            f"</EntityDescriptor>")


def test_a_saml_provider_lives_and_dies(iam, unique):
    name = unique("idp")
    made = iam.create_saml_provider(Name=name, SAMLMetadataDocument=metadata("https://a"),
                                    Tags=[{"Key": "k", "Value": "v"}])
    arn = made["SAMLProviderArn"]
    assert arn == f"arn:aws:iam::123456789012:saml-provider/{name}" and made["Tags"] == [{"Key": "k", "Value": "v"}]
    with refused("EntityAlreadyExists", 409):
        iam.create_saml_provider(Name=name, SAMLMetadataDocument=metadata("https://a"))
    dated = metadata("https://b", ' validUntil="2040-01-02T03:04:05Z"')
    assert iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=dated)["SAMLProviderArn"] == arn
    found = iam.get_saml_provider(SAMLProviderArn=arn)
    assert found["SAMLMetadataDocument"] == dated and found["ValidUntil"].year == 2040
    assert arn in [provider["Arn"] for provider in iam.list_saml_providers()["SAMLProviderList"]]
    iam.untag_saml_provider(SAMLProviderArn=arn, TagKeys=["k"])
    assert iam.list_saml_provider_tags(SAMLProviderArn=arn)["Tags"] == []
    for document in ("x" * 1000, metadata("https://a").replace("IDPSSODescriptor", "SPSSODescriptor")):
        with refused("InvalidInput", 400) as error:
            iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=document)
        assert message(error) == "Could not parse metadata"
    iam.delete_saml_provider(SAMLProviderArn=arn)
    for call in (iam.get_saml_provider, iam.delete_saml_provider):
        with refused("NoSuchEntity", 404):
            call(SAMLProviderArn=arn)
    with refused("InvalidInput", 400):
        iam.get_saml_provider(SAMLProviderArn="arn:aws:iam::123456789012:user/somebody")


# --- OIDC providers --------------------------------------------------------------------------------------------------


def test_an_oidc_provider_lives_and_dies(iam, unique):
    path = f"login.example.com/{unique('tenant')}"
    made = iam.create_open_id_connect_provider(Url=f"https://{path}", ClientIDList=["a", "b", "a"],
                                               ThumbprintList=["0" * 40], Tags=[{"Key": "k", "Value": "v"}])
    arn = made["OpenIDConnectProviderArn"]
    one = {"OpenIDConnectProviderArn": arn}
    assert arn == f"arn:aws:iam::123456789012:oidc-provider/{path}" and made["Tags"] == [{"Key": "k", "Value": "v"}]
    with refused("EntityAlreadyExists", 409) as error:
        iam.create_open_id_connect_provider(Url=f"https://{path}")
    assert message(error) == f"Provider with url https://{path} already exists."
    for _ in range(2):  # neither minds being asked twice
        iam.add_client_id_to_open_id_connect_provider(ClientID="c", **one)
        iam.remove_client_id_from_open_id_connect_provider(ClientID="a", **one)
    iam.update_open_id_connect_provider_thumbprint(ThumbprintList=["1" * 40, "2" * 40], **one)
    found = iam.get_open_id_connect_provider(**one)
    assert found["Url"] == path and found["ClientIDList"] == ["b", "c"]
    assert found["ThumbprintList"] == ["1" * 40, "2" * 40]
    iam.tag_open_id_connect_provider(Tags=[{"Key": "l", "Value": ""}], **one)
    iam.untag_open_id_connect_provider(TagKeys=["k"], **one)
    assert iam.list_open_id_connect_provider_tags(**one)["Tags"] == [{"Key": "l", "Value": ""}]
    assert {"Arn": arn} in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    for _ in range(2):
        iam.delete_open_id_connect_provider(**one)
    for call in (iam.get_open_id_connect_provider, iam.list_open_id_connect_provider_tags):
        with refused("NoSuchEntity", 404) as error:
            call(**one)
        assert message(error) == f"OpenIDConnect Provider not found for arn {arn}"


def test_what_cannot_be_an_oidc_provider_is_refused(iam, unique):
    make = iam.create_open_id_connect_provider
    for url in ("login.example.com", "http://login.example.com", "https://", "https://a@b.example", "https://b.example?q",
                "https://b.example/#f", "https://b.example/a b", "https://b.example:0", "ftp://b.example"):
        with refused("InvalidInput", 400):
            make(Url=url)
    with refused("InvalidInput", 400) as error:
        make(Url="https://b.example", ThumbprintList=[str(n) * 40 for n in range(6)])
    assert message(error) == "Thumbprint list must contain fewer than 5 entries."
    with refused("LimitExceeded", 409):
        make(Url="https://b.example", ClientIDList=[str(n) for n in range(101)])
    with refused("InvalidInput", 400):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn="arn:aws:iam::123456789012:user/somebody")
    arn = make(Url=f"https://b.example/{unique('p')}", ClientIDList=[str(n) for n in range(100)])
    one = {"OpenIDConnectProviderArn": arn["OpenIDConnectProviderArn"]}
    with refused("LimitExceeded", 409):
        iam.add_client_id_to_open_id_connect_provider(ClientID="one more", **one)
    assert len(iam.get_open_id_connect_provider(**one)["ClientIDList"]) == 100
    with refused("InvalidInput", 400) as error:
        iam.update_open_id_connect_provider_thumbprint(ThumbprintList=[], **one)
    assert message(error) == "Thumbprint list must contain at least one entry."
    iam.delete_open_id_connect_provider(**one)


# --- access advisor --------------------------------------------------------------------------------------------------


def test_last_access_is_reported_for_the_services_that_policies_grant(root, user, unique):
    iam = root.iam
    group = unique("group")
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.put_user_policy(UserName=user.name, PolicyName="own", PolicyDocument=(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["s3:*","sts:*"],"Resource":"*"}]}'))
    user.clients.s3.list_buckets()
    arn = f"arn:aws:iam::123456789012:user/{user.name}"
    for about in (arn, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"):
        job = iam.generate_service_last_accessed_details(Arn=about)["JobId"]
        report = iam.get_service_last_accessed_details(JobId=job)
        assert report["JobStatus"] == "COMPLETED"
        services = {s["ServiceNamespace"]: s for s in report["ServicesLastAccessed"]}
        assert services["s3"]["LastAuthenticatedEntity"] == arn and services["s3"]["TotalAuthenticatedEntities"] == 1
        assert services["s3"]["LastAuthenticatedRegion"] == "us-east-1" and "sts" not in services
    with refused("NoSuchEntity", 404):
        iam.get_service_last_accessed_details(JobId="0" * 36)
    with refused("NoSuchEntity", 404):
        iam.generate_service_last_accessed_details(Arn=arn + "x")

    granting = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=["s3", "ec2", "sts"])
    twice = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=["s3", "ec2", "sts"] * 50)
    assert not twice["IsTruncated"] and len(twice["PoliciesGrantingServiceAccess"]) == 3
    by_service = {g["ServiceNamespace"]: g["Policies"] for g in granting["PoliciesGrantingServiceAccess"]}
    assert by_service == {
        "s3": [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyType": "MANAGED",
                "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}],
        "ec2": [{"PolicyName": "own", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": user.name}],
        "sts": []}
    iam.delete_user_policy(UserName=user.name, PolicyName="own")
    iam.detach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.remove_user_from_group(GroupName=group, UserName=user.name)
    iam.delete_group(GroupName=group)
