package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Entity;
import io.scopeguard.logtobox.directory.Relation;
import io.scopeguard.logtobox.directory.Table;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.List;

/** The scopes of an organization role, of either kind. */
record RoleScopeLinks<S extends Entity>(
        Table<? extends Entity> roles,
        Relation<String> links,
        Table<S> scopes,
        String bodyMember,
        String pathVariable) {

    void addTo(Routes routes, String path) {
        routes.get(path, this::list)
                .post(path, this::add)
                .put(path, this::replace)
                .delete(path + "/:" + pathVariable, this::remove);
    }

    List<S> of(String roleId) {
        return links.of(roleId).stream().flatMap(id -> scopes.find(id).stream()).toList();
    }

    void check(List<String> scopeIds) {
        if (!scopeIds.stream().allMatch(scopes::contains)) {
            throw RequestError.foreignKeyNotFound();
        }
    }

    private Reply list(Call call) {
        String roleId = call.path("id");
        if (!roles.contains(roleId)) {
            throw RequestError.notFound();
        }
        return Reply.pageable(Views.all(of(roleId)));
    }

    private Reply add(Call call) {
        links.add(requireRole(call), ids(call, true));
        return Reply.created();
    }

    private Reply replace(Call call) {
        links.replace(requireRole(call), ids(call, false));
        return Reply.noContent();
    }

    private Reply remove(Call call) {
        if (!links.remove(call.path("id"), call.path(pathVariable))) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private String requireRole(Call call) {
        if (!roles.contains(call.path("id"))) {
            throw RequestError.foreignKeyNotFound();
        }
        return call.path("id");
    }

    private List<String> ids(Call call, boolean some) {
        List<String> ids =
                some ? call.body().someStrings(bodyMember) : call.body().strings(bodyMember);
        check(ids);
        return ids;
    }
}
