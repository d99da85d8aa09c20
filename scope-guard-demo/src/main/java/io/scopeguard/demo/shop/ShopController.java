package io.scopeguard.demo.shop;

import io.scopeguard.spring.PublicEndpoint;
import java.net.URI;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * The endpoints that a payment provider would call. They require no credentials, so only requests from this machine reach them.
 * They exist if the shop has its own application at Logto: {@code demo.shop.app-id} and {@code demo.shop.app-secret}.
 */
@RestController
@RequestMapping(ShopController.PATH)
@PublicEndpoint
@ConditionalOnProperty("demo.shop.app-id")
public class ShopController {

    /** The path of the shop. */
    public static final String PATH = "/shop";

    private final Shop shop;

    ShopController(
            @Value("${scope-guard.logto.endpoint}") URI endpoint,
            @Value("${scope-guard.logto.management-resource:https://default.logto.app/api}") String resource,
            @Value("${demo.shop.app-id}") String appId,
            @Value("${demo.shop.app-secret}") String appSecret) {
        this.shop = new Shop(new ManagementClient(endpoint, resource, appId, appSecret));
    }

    @PostMapping("/purchases")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void purchase(@RequestBody Order order) {
        shop.sell(order);
    }

    @PostMapping("/refunds")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void refund(@RequestBody Order order) {
        shop.refund(order);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> failed(ShopException failure) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(failure.status(), failure.getMessage());
        problem.setType(URI.create("urn:problem-type:scope-guard-demo:" + failure.code()));
        return ResponseEntity.of(problem).build();
    }
}
