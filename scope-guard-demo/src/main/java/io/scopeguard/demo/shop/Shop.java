package io.scopeguard.demo.shop;

import io.scopeguard.demo.shop.ManagementClient.Session;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/**
 * Grants purchases and revokes them after a refund. Both operations are idempotent, because payment providers may deliver a
 * notification more than once. Thread-safe.
 */
final class Shop {

    private static final int NOT_FOUND = 404;
    private static final int UNPROCESSABLE = 422;

    private final ManagementClient management;

    Shop(ManagementClient management) {
        this.management = management;
    }

    void sell(Order order) {
        String user = required("user", order.user());
        switch (product(order)) {
            case PAID_TIER -> sellPaidTier(management.open(), user);
            case SEAT -> sellSeat(management.open(), user, required("organization", order.organization()));
        }
    }

    void refund(Order order) {
        String user = required("user", order.user());
        switch (product(order)) {
            case PAID_TIER -> refundPaidTier(management.open(), user);
            case SEAT -> refundSeat(management.open(), user, required("organization", order.organization()));
        }
    }

    private static void sellPaidTier(Session session, String user) {
        Object roles = Map.of("roleIds", List.of(paidRole(session)));
        if (session.send(HttpMethod.POST, "/users/{user}/roles", roles, List.of(NOT_FOUND), user) == NOT_FOUND) {
            throw unknownUser(user);
        }
    }

    private static void refundPaidTier(Session session, String user) {
        String role = paidRole(session);
        requireUser(session, user);
        session.send(HttpMethod.DELETE, "/users/{user}/roles/{role}", null, List.of(NOT_FOUND), user, role);
    }

    private static void sellSeat(Session session, String user, String organization) {
        requireUser(session, user);
        requireOrganization(session, organization);
        session.send(
                HttpMethod.POST,
                "/organizations/{organization}/users",
                Map.of("userIds", List.of(user)),
                List.of(),
                organization);
        int status = session.send(
                HttpMethod.POST,
                "/organizations/{organization}/users/{user}/roles",
                Map.of("organizationRoleNames", List.of(Product.SEAT_ROLE)),
                List.of(UNPROCESSABLE),
                organization,
                user);
        if (status == UNPROCESSABLE) {
            throw unknownRole("organization role", Product.SEAT_ROLE);
        }
    }

    private static void refundSeat(Session session, String user, String organization) {
        requireUser(session, user);
        requireOrganization(session, organization);
        session.send(
                HttpMethod.DELETE,
                "/organizations/{organization}/users/{user}",
                null,
                List.of(NOT_FOUND),
                organization,
                user);
    }

    private static void requireUser(Session session, String user) {
        if (session.send(HttpMethod.GET, "/users/{user}", null, List.of(NOT_FOUND), user) == NOT_FOUND) {
            throw unknownUser(user);
        }
    }

    private static void requireOrganization(Session session, String organization) {
        int status =
                session.send(HttpMethod.GET, "/organizations/{organization}", null, List.of(NOT_FOUND), organization);
        if (status == NOT_FOUND) {
            throw ShopException.ofOrder(
                    "unknown-organization",
                    "Logto has no organization '" + organization + "'. Use its id, not its name.");
        }
    }

    private static String paidRole(Session session) {
        return session.idsByName("/roles", Product.PAID_ROLE).stream()
                .findFirst()
                .orElseThrow(() -> unknownRole("global role", Product.PAID_ROLE));
    }

    private static ShopException unknownUser(String user) {
        return ShopException.ofOrder("unknown-user", "Logto has no user '" + user + "'. Use the user's id.");
    }

    private static ShopException unknownRole(String kind, String name) {
        return ShopException.ofSetup(
                "unknown-role",
                "Logto has no " + kind + " '" + name + "' for users. Create it, or sell something else.");
    }

    private static Product product(Order order) {
        String name = required("product", order.product());
        return Stream.of(Product.values())
                .filter(product -> product.name().replace('_', '-').equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> ShopException.ofOrder(
                        "unknown-product", "There is no product '" + name + "'. Use paid-tier or seat."));
    }

    private static String required(String name, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw ShopException.ofOrder("incomplete-order", "The order has no " + name + ".");
        }
        return value;
    }
}
