package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Member;
import io.scopeguard.logtobox.directory.OrganizationRole;
import io.scopeguard.logtobox.directory.Relation;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The organization roles of members, which are users or applications. None of these calls fires an event. */
final class MemberRoles {

    private final Directory directory;
    private final Relation<String> members;
    private final RoleType type;
    private final String pathVariable;

    MemberRoles(Directory directory, Relation<String> members, RoleType type, String pathVariable) {
        this.directory = directory;
        this.members = members;
        this.type = type;
        this.pathVariable = pathVariable;
    }

    /** Below the path of an organization's members of this kind. */
    void addTo(Routes routes, String memberPath) {
        String path = memberPath + "/:" + pathVariable + "/roles";
        routes.get(path, call -> Reply.pageable(Views.all(roles(member(call)))))
                .post(path, this::add)
                .put(path, this::replace)
                .delete(path + "/:organizationRoleId", this::remove)
                .post(memberPath + "/roles", this::addInBulk);
    }

    List<OrganizationRole> roles(Member member) {
        return directory.memberRoles().of(member).stream()
                .flatMap(id -> directory.organizationRoles().find(id).stream())
                .toList();
    }

    /** Rejects roles that do not exist or are for the other kind of principal. */
    private void check(List<String> roleIds) {
        for (String id : roleIds) {
            Optional<OrganizationRole> role = directory.organizationRoles().find(id);
            if (role.isEmpty()) {
                throw RequestError.foreignKeyNotFound();
            }
            if (role.get().type() != type) {
                throw RequestError.constraintViolated();
            }
        }
    }

    private Reply add(Call call) {
        Member member = member(call);
        List<String> ids = roleIds(call.body());
        check(ids);
        directory.memberRoles().add(member, ids);
        return Reply.created(Map.of("organizationRoleIds", ids));
    }

    private Reply addInBulk(Call call) {
        String organizationId = call.path("id");
        Body body = call.body();
        List<String> principalIds = body.someStrings(pathVariable + "s");
        List<String> ids = body.someStrings("organizationRoleIds");
        check(ids);
        if (!principalIds.stream().allMatch(each -> members.contains(organizationId, each))) {
            throw RequestError.foreignKeyNotFound();
        }
        principalIds.forEach(each -> directory.memberRoles().add(new Member(organizationId, each), ids));
        return Reply.created();
    }

    private Reply replace(Call call) {
        Member member = member(call);
        List<String> ids = roleIds(call.body());
        check(ids);
        directory.memberRoles().replace(member, ids);
        return Reply.noContent();
    }

    private Reply remove(Call call) {
        if (!directory.memberRoles().remove(member(call), call.path("organizationRoleId"))) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private Member member(Call call) {
        Member member = new Member(call.path("id"), call.path(pathVariable));
        if (!members.contains(member.organizationId(), member.principalId())) {
            throw RequestError.membershipRequired();
        }
        return member;
    }

    private List<String> roleIds(Body body) {
        Set<String> ids = new LinkedHashSet<>(body.optionalStrings("organizationRoleIds"));
        List<String> missing = new ArrayList<>();
        for (String name : body.optionalStrings("organizationRoleNames")) {
            directory.organizationRoles().where(role -> role.name().equals(name)).stream()
                    .findFirst()
                    .map(OrganizationRole::id)
                    .ifPresentOrElse(ids::add, () -> missing.add(name));
        }
        if (!missing.isEmpty()) {
            throw RequestError.withData(
                    422,
                    "organization.role_names_not_found",
                    Json.object("names", missing),
                    "Cannot find organization roles: " + String.join(", ", missing) + ".");
        }
        return List.copyOf(ids);
    }
}
