package io.scopeguard.bench.live.cases;

import io.scopeguard.bench.live.LiveCase;
import io.scopeguard.bench.live.Options;
import io.scopeguard.bench.live.Scene;
import io.scopeguard.scope.Audience;
import java.util.ArrayList;
import java.util.List;

/** All cases. */
public final class Cases {

    private Cases() {}

    /** The cases in the order in which they run. */
    public static List<LiveCase> all(Options options) {
        return List.of(
                new ColdStart(),
                new SignIn(),
                new RoleTaken(1),
                new RoleTaken(10),
                new RoleTaken(100),
                new DefinitionChange(DefinitionChange.Change.EDITED),
                new DefinitionChange(DefinitionChange.Change.DELETED),
                new RoleSplit(false),
                new RoleSplit(true),
                new GlobalRole(0),
                new GlobalRole(5),
                ManyOf.ORGANIZATIONS_OF_A_USER,
                ManyOf.ORGANIZATION_ROLES,
                ManyOf.GLOBAL_ROLES,
                ManyOf.RESOURCES,
                new Outage(),
                new SlowProvider(),
                new EmptyAnswers("everybody", "members", "member-search", "member-roles", "user-organizations"),
                new EmptyAnswers(
                        "definitions", "organization-roles", "role-scopes", "organization-scopes", "resources"),
                new EmptyAnswers("roles", "roles", "user-roles"),
                new EmptyAnswers("holders", "role-holders"),
                new ClockStep("clock-forward", 1),
                new ClockStep("clock-back", -1),
                new Freeze(true),
                new Freeze(false),
                new MemberRemovedWhilePaging(),
                new ChangingDefinition(),
                new OwnReads(),
                new OwnReadsWithGlobalRoles(),
                new FreshReplica(false),
                new FreshReplica(true),
                new LeakedScopes(),
                new ResourceTokens());
    }

    /** The resources of all tokens in the cases. */
    public static List<Audience> resources() {
        List<Audience> resources = new ArrayList<>(ManyOf.furtherResources());
        resources.add(Scene.API);
        return resources;
    }
}
